/** A server leaves once nobody has needed it for long enough, and never before. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { leaveWhenIdle } from "../../src/serve/idle.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("it stays while somebody needs it, and counts anew after each of them", () => {
  const leave = vi.fn<() => void>();
  let needed = 1;
  const demand = () => needed;
  const stop = leaveWhenIdle({ demand, leave, idleMs: 60_000, lookEveryMs: 5_000 });
  vi.advanceTimersByTime(600_000);
  needed = 0;
  vi.advanceTimersByTime(55_000);
  needed = 1;
  vi.advanceTimersByTime(5_000);
  needed = 0;
  vi.advanceTimersByTime(60_000);
  expect(leave).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_000);
  expect(leave).toHaveBeenCalledOnce();
  stop();
  vi.advanceTimersByTime(600_000);
  expect(leave).toHaveBeenCalledOnce();
});
