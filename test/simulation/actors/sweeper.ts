/**
 * Comes when all others have gone to rest, can do everything, and does what is left in the queue:
 * whatever may be claimed must come to it. It gives up what waits for a failed task for ever.
 */
import type { RegistrationId, Task } from "@podlane/protocol";
import { Caller } from "../world/caller.ts";
import type { Cluster } from "../world/cluster.ts";
import { skills } from "./task-work.ts";

export class Sweeper {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async rest(): Promise<void> {
    const register = { capabilities: skills };
    const operator = new Caller(this.#cluster, { role: "operator", id: "sweeper" }, "sweeper");
    const outcome = await operator.call("registration.register", register);
    if (!outcome.ok) throw new Error(`the sweeper cannot register: ${outcome.error.message}`);
    const { id } = (outcome.value as { registration: { id: RegistrationId } }).registration;
    const worker = new Caller(this.#cluster, { role: "client", id }, `${id}:sweeper`);
    for (;;) {
      while (await doNext(worker));
      await giveUp(operator);
      await this.#cluster.world.timeline.wait(1_000);
    }
  }
}

/** Short leases: an answer without a task may be the first of two, and the second took one. */
async function doNext(worker: Caller): Promise<boolean> {
  const outcome = await worker.call("task.claim", { leaseMs: 1_000 });
  const task = outcome.ok ? (outcome.value as { task: Task | null }).task : null;
  if (task !== null) await worker.call("task.complete", { task: task.id, success: true });
  return task !== null;
}

/** What waits for nothing that is still open. */
async function giveUp(operator: Caller): Promise<void> {
  const outcome = await operator.call("task.list", { statuses: ["pending", "claimed"] });
  if (!outcome.ok) return;
  const { tasks } = outcome.value as { tasks: readonly Task[] };
  const open = new Set(tasks.map(({ id }) => id));
  for (const { id, waitsFor } of tasks) {
    const isInVain = waitsFor.length > 0 && waitsFor.every((one) => !open.has(one));
    if (isInVain) await operator.call("task.cancel", { task: id, reason: "it waits in vain" });
  }
}
