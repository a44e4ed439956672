/** The checker itself: histories that are known to be good, and known to be bad. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkHistory } from "./checker.ts";
import { type LockInput, lockModel, type LockOperation, type LockOutput } from "./lock-model.ts";

const never = Infinity;

/** `at`: place of the call and of the answer. */
function operation(
  process: string,
  at: readonly [number, number],
  [input, output]: readonly [LockInput, LockOutput | null],
): LockOperation {
  return { process, input, output, calledAt: at[0], answeredAt: at[1] };
}

const granted = (fence: number) => [{ kind: "acquire" }, { kind: "granted", fence }] as const;
const refused = [{ kind: "acquire" }, { kind: "held_by_another" }] as const;
const released = (fence: number) => [{ kind: "release", fence }, { kind: "released" }] as const;
const stale = (fence: number) => [{ kind: "release", fence }, { kind: "stale" }] as const;
const seen = (holder: string | null, fence: number | null) =>
  [{ kind: "read" }, { kind: "seen", holder, fence }] as const;
const lostAcquire = [{ kind: "acquire" }, null] as const;
const lostRelease = (fence: number) => [{ kind: "release", fence }, null] as const;

const good: Record<string, LockOperation[]> = {
  nothing: [],
  "one after another": [
    operation("a", [1, 2], granted(1)),
    operation("a", [3, 4], released(1)),
    operation("b", [5, 6], granted(3)),
  ],
  "the same grant for who asks twice": [
    operation("a", [1, 2], granted(1)),
    operation("a", [3, 4], granted(1)),
  ],
  "two at once, in the order that fits": [
    operation("b", [1, 8], granted(3)),
    operation("a", [2, 4], granted(1)),
    operation("a", [5, 7], released(1)),
  ],
  "a refusal while another may already hold it": [
    operation("a", [1, 4], granted(1)),
    operation("b", [2, 3], refused),
  ],
  "an acquire of which nobody heard happened": [
    operation("a", [1, never], lostAcquire),
    operation("b", [2, 3], refused),
    operation("a", [4, 5], granted(7)),
  ],
  "and one that did not": [
    operation("a", [1, never], lostAcquire),
    operation("b", [2, 3], granted(2)),
  ],
  "a release of which nobody heard": [
    operation("a", [1, 2], granted(1)),
    operation("a", [3, never], lostRelease(1)),
    operation("b", [4, 5], granted(3)),
    operation("a", [6, 7], stale(1)),
  ],
  "a read that learns a token": [
    operation("a", [1, never], lostAcquire),
    operation("b", [2, 3], seen("a", 4)),
    operation("a", [4, 5], released(4)),
  ],
};

const bad: Record<string, LockOperation[]> = {
  "two hold it": [operation("a", [1, 2], granted(1)), operation("b", [3, 4], granted(2))],
  "a token falls": [
    operation("a", [1, 2], granted(5)),
    operation("a", [3, 4], released(5)),
    operation("b", [5, 6], granted(4)),
  ],
  "a token comes again": [
    operation("a", [1, 2], granted(5)),
    operation("a", [3, 4], released(5)),
    operation("b", [5, 6], granted(5)),
  ],
  "a refusal while nobody can hold it": [operation("b", [1, 2], refused)],
  "a lagging refusal": [
    operation("a", [1, 2], granted(1)),
    operation("a", [3, 4], released(1)),
    operation("b", [5, 6], refused),
  ],
  "a lagging read": [operation("a", [1, 2], granted(1)), operation("b", [3, 4], seen(null, null))],
  "an acknowledged grant is lost": [
    operation("a", [1, 2], granted(1)),
    operation("b", [3, 4], granted(2)),
    operation("a", [5, 6], stale(1)),
  ],
  "released with a token of another": [
    operation("a", [1, 2], granted(1)),
    operation("b", [3, 4], released(1)),
  ],
  "a good token is called stale": [
    operation("a", [1, 2], granted(1)),
    operation("a", [3, 4], stale(1)),
  ],
  "a lost acquire that was seen to happen, and then not": [
    operation("a", [1, never], lostAcquire),
    operation("b", [2, 3], seen("a", 1)),
    operation("b", [4, 5], granted(2)),
  ],
};

describe("the checker", () => {
  test.each(Object.entries(good))("accepts: %s", (_, history) => {
    expect(checkHistory(lockModel, history)).toMatchObject({ ok: true });
  });

  test.each(Object.entries(bad))("rejects: %s", (_, history) => {
    const verdict = checkHistory(lockModel, history);
    expect(verdict).toMatchObject({ ok: false });
    expect(verdict.ok ? [] : verdict.stuck).not.toEqual([]);
  });

  test("accepts a lock whose answers are only late, and never two holders", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), { maxLength: 60 }),
        (draws) => {
          const history = play(draws);
          expect(checkHistory(lockModel, history).ok).toBe(true);
          const grant = history.find(({ output }) => output?.kind === "granted");
          if (grant === undefined) return;
          // Somebody else is granted at the very instant at which the first one surely holds it.
          const twice = operation(
            "thief",
            [grant.answeredAt + 0.1, grant.answeredAt + 0.2],
            granted(1_000),
          );
          const until = { ...grant, answeredAt: grant.answeredAt };
          expect(checkHistory(lockModel, [until, twice]).ok).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Plays draws against a true lock: calls begin before they take effect, answers come after. */
function play(draws: readonly (readonly [number, number, number])[]): LockOperation[] {
  let holder: string | null = null;
  let fence = 0;
  return draws.map(([who, early, late], index) => {
    const process = `p${who}`;
    const at = [index * 4 - early - 1, index * 4 + late + 1] as const;
    if (holder === process) {
      holder = null;
      return operation(process, at, released(fence));
    }
    if (holder !== null) return operation(process, at, refused);
    holder = process;
    fence += 1;
    return operation(process, at, granted(fence));
  });
}
