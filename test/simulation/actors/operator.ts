/**
 * The operator: spawns, stops and kills pods, submits, cancels and continues plans, lands what is
 * ready, and reads what it was told. In the end it stops everything.
 */
import type { Plan, PodId } from "@podlane/protocol";
import { Caller } from "../world/caller.ts";
import type { Cluster } from "../world/cluster.ts";
import type { Random } from "../world/random.ts";
import { planOf, specOf } from "./plans.ts";

export class Operator {
  readonly #cluster: Cluster;
  readonly #caller: Caller;
  readonly #random: Random;
  readonly #runs: string[] = [];
  #spawned = 0;
  #isResting = false;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#random = cluster.world.random.fork("operator");
    this.#caller = new Caller(cluster, { role: "operator", id: "operator" }, "operator");
    void this.#work();
  }

  /** Stops all that lives, again and again: what was asked for before may still be born. */
  async rest(): Promise<void> {
    this.#isResting = true;
    for (const run of this.#runs) await this.#caller.call("run.cancel", { run, mode: "now" });
    for (;;) {
      for (const pod of await this.#pods())
        await this.#caller.call("pod.kill", { pod, tree: true });
      await this.#cluster.world.timeline.wait(1_000);
    }
  }

  async #work(): Promise<void> {
    while (!this.#isResting) {
      await this.#cluster.world.timeline.wait(this.#random.int(30, 500));
      if (this.#isResting) return;
      await this.#random.pickWeighted(this.#verbs).run();
    }
  }

  readonly #verbs = [
    { weight: 5, run: () => this.#spawn() },
    { weight: 2, run: () => this.#submit() },
    { weight: 2, run: () => this.#onRun((run) => this.#cancel(run)) },
    { weight: 1, run: () => this.#onRun((run) => this.#caller.call("run.get", { run })) },
    { weight: 1, run: () => this.#onPod((pod) => this.#stop(pod)) },
    {
      weight: 1,
      run: () => this.#onPod((pod) => this.#caller.call("pod.kill", { pod, tree: false })),
    },
    { weight: 3, run: () => this.#onPod((pod) => this.#caller.call("merge.approve", { pod })) },
    { weight: 1, run: () => this.#onPod((pod) => this.#restart(pod)) },
    { weight: 1, run: () => this.#onPod((pod) => this.#caller.call("pod.why", { pod })) },
    { weight: 1, run: () => this.#readInbox() },
  ];

  async #spawn(): Promise<void> {
    this.#spawned += 1;
    const target = this.#random.pick(["a", "b", "c"]);
    const narrow = [{ effect: "allow", target, permission: "write", recursive: true }];
    const scope = this.#random.chance(0.5) ? narrow : null;
    const merge = { mode: this.#random.pick(["auto", "review"]), method: "merge", priority: 5 };
    const restart = { maxRestarts: this.#random.pick([0, 0, 1, 2]) };
    const spec = specOf(`p${this.#spawned % 4}`, { scope, merge, restart });
    await this.#caller.call("pod.spawn", { parent: null, spec });
  }

  async #submit(): Promise<void> {
    if (this.#runs.length > 0 && this.#random.chance(0.4)) return this.#continue();
    const run = `r0000000${this.#runs.length}`;
    this.#runs.push(run);
    await this.#caller.call("run.submit", { id: run, plan: this.#planOf(run) });
  }

  async #continue(): Promise<void> {
    const run = this.#random.pick(this.#runs);
    await this.#caller.call("run.submit", { id: run, plan: this.#planOf(run) });
  }

  #planOf(run: string): Plan {
    const hasFeatures = this.#cluster.world.scenario.parts?.includes("features") === true;
    return planOf(run, this.#random.fork(run), hasFeatures);
  }

  async #cancel(run: string): Promise<void> {
    await this.#caller.call("run.cancel", { run, mode: this.#random.pick(["drain", "now"]) });
  }

  async #stop(pod: PodId): Promise<void> {
    const how = { deadlineMs: 1_000, cause: "requested", tree: this.#random.chance(0.5) };
    await this.#caller.call("pod.stop", { pod, ...how });
  }

  async #restart(pod: PodId): Promise<void> {
    await this.#caller.call("pod.restart", { pod, deadlineMs: 1_000, tree: false });
  }

  async #readInbox(): Promise<void> {
    const outcome = await this.#caller.call("inbox.read", { fromSeq: 0, limit: 10 });
    if (!outcome.ok) return;
    const last = (outcome.value as { entries: readonly { seq: number }[] }).entries.at(-1);
    if (last !== undefined) await this.#caller.call("inbox.ack", { upToSeq: last.seq });
  }

  async #onRun(act: (run: string) => Promise<unknown>): Promise<void> {
    if (this.#runs.length > 0) await act(this.#random.pick(this.#runs));
  }

  async #onPod(act: (pod: PodId) => Promise<unknown>): Promise<void> {
    const pods = await this.#pods();
    if (pods.length > 0) await act(this.#random.pick(pods));
  }

  async #pods(): Promise<readonly PodId[]> {
    const outcome = await this.#caller.call("pod.list", { all: false });
    if (!outcome.ok) return [];
    return (outcome.value as { pods: readonly { id: PodId }[] }).pods.map(({ id }) => id);
  }
}
