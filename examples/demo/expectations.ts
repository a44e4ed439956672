/** What must have happened for the demo to have shown what it says. Pure: evidence in, gaps out. */
import type { Evidence, LogLine } from "./evidence.ts";

export interface Expectation {
  readonly claim: string;
  /** What was found instead; null: it holds. */
  readonly gap: string | null;
}

export const tasks = ["reference", "links", "sort-exports", "license", "contents"] as const;

export function checkExpectations(evidence: Evidence): Expectation[] {
  const { pods, log, history, landed, files } = evidence;
  const depth = new Map(pods.map(({ name, path }) => [name, path.split("/").length - 2]));
  const ended = pods.filter(({ exit }) => exit?.cause === "finished").length;
  const merged = countOf(log, "merge.merged");
  const queued = log.filter(
    ({ kind, data }) => kind === "claim.queued" && JSON.stringify(data).includes("proc:typecheck"),
  );
  const refused = (history.get("links") ?? []).filter(
    ({ type, code }) => type === "tool_result" && code === "out_of_scope",
  );
  const messages = (history.get("packages") ?? []).filter(
    ({ type, cause, shownInTurn }) =>
      type === "notification" && cause === "message" && typeof shownInTurn === "number",
  );
  return [
    expectation("seven pods ran, and each left of its own accord", ended === 7, `${ended} of 7`),
    expectation(
      "the plan's pods have a child, and it has a child",
      depth.get("packages") === 1 && depth.get("protocol") === 2,
      `paths ${pods.map(({ path }) => path).join(", ")}`,
    ),
    expectation("five branches landed behind the gate", merged === 5, `${merged} merged`),
    expectation(
      "the grandchild's work is in main",
      landed.includes("docs: the exports of the protocol package") &&
        files.includes("docs/reference/packages/protocol.md"),
      `main has ${landed.join("; ")}`,
    ),
    expectation("a pod queued for proc:typecheck", queued.length > 0, "no claim was queued"),
    expectation(
      "contents started when reference and links were done",
      startedAfter(evidence, "contents", ["reference", "links"]),
      "it started before",
    ),
    expectation(
      "a write outside the scope was refused, with a record, and not made",
      refused.length === 1 && !files.includes("package.json"),
      `${refused.length} refusals in the history of links`,
    ),
    expectation(
      "a message was shown in a turn that it started",
      messages.length === 1 && files.includes("docs/reference/packages/totals.md"),
      `${messages.length} messages shown to packages`,
    ),
    expectation(
      "two codemods are in main",
      files.includes("packages/protocol/src/index.ts") &&
        files.some((file) => file.startsWith("packages/coordinator/src/")),
      `changed: ${files.join(", ")}`,
    ),
  ];
}

function expectation(claim: string, holds: boolean, found: string): Expectation {
  return { claim, gap: holds ? null : found };
}

function countOf(log: readonly LogLine[], kind: string): number {
  return log.filter((line) => line.kind === kind).length;
}

/** By the order of the log: spawned after the first turn of each of the others had ended. */
function startedAfter({ pods, log }: Evidence, name: string, others: readonly string[]): boolean {
  const seqOf = (pod: string, kind: string) => {
    const subject = `pod:${pods.find((each) => each.name === pod)?.id}`;
    return log.find((line) => line.subject === subject && line.kind === kind)?.seq;
  };
  const started = seqOf(name, "pod.spawned");
  return others.every((other) => {
    const done = seqOf(other, "pod.turn_ended");
    return started !== undefined && done !== undefined && done < started;
  });
}
