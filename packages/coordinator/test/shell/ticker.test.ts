import { accepted } from "@podlane/protocol";
import type { Outcome } from "@podlane/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import { tickEveryMs } from "../../src/limits.ts";
import { startTicker } from "../../src/shell/ticker.ts";

test("ticks every second, skips while one is unanswered, and stops", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const answers: ((outcome: Outcome<unknown>) => void)[] = [];
  const stop = startTicker({ tick: () => new Promise((answer) => answers.push(answer)) });
  await vi.advanceTimersByTimeAsync(tickEveryMs * 3);
  expect(answers).toHaveLength(1);
  answers[0]?.(accepted(null));
  await vi.advanceTimersByTimeAsync(tickEveryMs);
  expect(answers).toHaveLength(2);
  stop();
  answers[1]?.(accepted(null));
  await vi.advanceTimersByTimeAsync(tickEveryMs * 3);
  expect(answers).toHaveLength(2);
});
