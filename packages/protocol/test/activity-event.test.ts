import { describe, expect, test } from "vitest";
import { activitySamples } from "../../../scripts/protocol/samples/activity-events.ts";
import { ActivityEvent, MergeQueueEntry, Remember, maxDocumentBytes } from "../src/index.ts";

const kinds = [
  "agent_run_started",
  "agent_run_completed",
  "agent_claimed_path",
  "agent_touched_path",
  "agent_overlap_detected",
  "agent_policy_gate",
  "agent_evidence_written",
  "agent_review_ready",
  "agent_stale_assumption_detected",
];

test("the kinds of activity events are these nine", () => {
  expect(ActivityEvent.options.map(({ shape }) => shape.kind.value)).toEqual(kinds);
});

test.each(Object.values(activitySamples))("$kind is read as it was written", (event) => {
  expect(ActivityEvent.parse(event)).toEqual(event);
});

describe("a path", () => {
  const touched = activitySamples.agent_touched_path;
  const { pathHash } = touched;
  const path = "src/parser.ts";

  test.each([
    { redaction: "clear", path, pathHash, accepted: true },
    { redaction: "hashed", path: null, pathHash, accepted: true },
    { redaction: "metadata", path: null, pathHash: null, accepted: true },
    { redaction: "hashed", path, pathHash, accepted: false },
    { redaction: "metadata", path: null, pathHash, accepted: false },
    { redaction: "metadata", path, pathHash: null, accepted: false },
    { redaction: "none", path: null, pathHash: null, accepted: false },
  ])("with redaction $redaction: $path, $pathHash", ({ accepted, ...fields }) => {
    expect(ActivityEvent.safeParse({ ...touched, ...fields }).success).toBe(accepted);
  });
});

test("a JSON object over its bound is refused", () => {
  const details = { text: "a".repeat(maxDocumentBytes) };
  const { success, error } = Remember.safeParse({ summary: "s", details });
  expect(success).toBe(false);
  expect(error?.message).toContain("store it as an artifact");
});

test("a pull request is linked by a web address, nothing else", () => {
  const { prUrl } = MergeQueueEntry.shape;
  expect(prUrl.safeParse("https://example.org/pulls/7").success).toBe(true);
  expect(prUrl.safeParse("javascript:alert(1)").success).toBe(false);
  expect(prUrl.safeParse("file:///etc/passwd").success).toBe(false);
});
