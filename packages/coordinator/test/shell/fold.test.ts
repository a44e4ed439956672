import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { Fold } from "../../src/shell/fold.ts";
import { by, open, StagedLog } from "./harness.ts";
import { toyRules } from "./toy-rules.ts";

const method = fc.constantFrom("acquire", "try", "release", "forbidden", "holder");
const step = fc.record({
  who: fc.constantFrom("a", "b", "c"),
  method,
  key: fc.constantFrom("x", "y"),
  n: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  replica: fc.nat({ max: 1 }),
});

test("R1: the live state is the fold of the log, on every replica", async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const store = new MemoryLog();
    const opened = [
      await open(new StagedLog(store), { soleWriter: false }),
      await open(new StagedLog(store), { soleWriter: false }),
    ];
    await Promise.all(
      steps.map(async ({ who, method: name, key, n, replica }) =>
        opened[replica]?.replica.submit(by(who, name, { key }, n)),
      ),
    );
    const fold = new Fold(toyRules);
    await fold.catchUp(store, () => {});
    for (const { replica, faults } of opened) {
      await replica.submit(by("a", "holder", { key: "x" }));
      expect(faults).toEqual([]);
      expect(replica.state).toStrictEqual(fold.state);
      expect(replica.head()).toEqual(fold.head);
    }
  });
  await fc.assert(property, { numRuns: 200 });
});

test("an event of an unknown kind stops the fold", async () => {
  const store = new MemoryLog();
  const { replica } = await open(new StagedLog(store));
  await replica.submit(by("a", "note", { key: "x" }));
  const older = {
    ...toyRules,
    evolve: () => {
      throw new Error("upgrade");
    },
  };
  await expect(open(new StagedLog(store), { rules: older })).rejects.toThrow("upgrade");
});
