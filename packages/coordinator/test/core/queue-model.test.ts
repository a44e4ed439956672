/** Whatever is asked of the work queue, in whatever order: it answers as the naive one does. */
import type { TaskId } from "@podlane/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { Undo } from "../../src/core/undo.ts";
import { workspaceRules } from "../../src/core/workspace-rules.ts";
import { anyCommand, Twins } from "./queue-twins.ts";
import { operator } from "./world.ts";

test(
  verifies("R100", "R244") + "the queue answers as a naive one does, and each task ends once",
  () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { minLength: 30, maxLength: 120 }), (commands) => {
        const twins = new Twins();
        for (const one of commands) {
          one(twins);
          twins.agree();
        }
        const { log, state } = twins.world;
        const ends = log.filter(({ kind }) => terminal.has(kind)).map(({ subject }) => subject);
        expect(new Set(ends).size).toBe(ends.length);
        const copy = workspaceRules.initial();
        for (const event of log) workspaceRules.evolve(copy, event, new Undo());
        expect(copy).toEqual(state);
      }),
      { numRuns: 100 },
    );
  },
  120_000,
);

const terminal: ReadonlySet<string> = new Set([
  "task.completed",
  "task.failed",
  "task.dead_lettered",
  "task.cancelled",
  "task.blocked",
]);

test("a queue that has ended all its tasks keeps nothing that claims look at", () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { minLength: 20, maxLength: 60 }), (commands) => {
      const twins = new Twins();
      for (const one of commands) one(twins);
      for (const { id } of twins.model.tasks) {
        twins.world.send(operator, "task.cancel", { task: id as TaskId, reason: "" });
      }
      const { lanes, open, byHolder, dueAt, dueTimes, doomed } = twins.world.state.tasks;
      const sizes = [lanes, open, byHolder, dueAt, doomed].map((map) => map.size);
      expect([...sizes, dueTimes.chunks.length]).toEqual([0, 0, 0, 0, 0, 0]);
    }),
    { numRuns: 60 },
  );
}, 60_000);
