/** A host brings up a few pods at once, in the order in which they were asked for. */
import { expect, test } from "vitest";
import { StartQueue } from "../../src/host/start-queue.ts";

test("never more than its bound at once, in order, and a failure gives its place on", async () => {
  const queue = new StartQueue();
  const begun: number[] = [];
  let atOnce = 0;
  let most = 0;
  const starts = Array.from({ length: 50 }, (_, n) =>
    queue.run(async () => {
      begun.push(n);
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      if (n % 3 === 0) throw new Error(`start ${n}`);
    }),
  );
  const ended = await Promise.allSettled(starts);
  expect(most).toBe(8);
  expect(begun).toEqual(begun.map((_, index) => index));
  expect(ended.filter(({ status }) => status === "rejected")).toHaveLength(17);
});
