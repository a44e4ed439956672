/**
 * The operator of the workspace's settings: gives processes more room or less, now and then.
 */
import { Caller } from "../world/caller.ts";
import type { Cluster } from "../world/cluster.ts";
import type { Random } from "../world/random.ts";

export class Settings {
  readonly #cluster: Cluster;
  readonly #caller: Caller;
  readonly #random: Random;
  #isResting = false;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#random = cluster.world.random.fork("settings");
    this.#caller = new Caller(cluster, { role: "operator", id: "operator" }, "settings");
    void this.#work();
  }

  rest(): void {
    this.#isResting = true;
  }

  async #work(): Promise<void> {
    while (!this.#isResting) {
      const capacity = this.#random.int(1, 3);
      await this.#caller.call("claim.set_capacity", { unit: "proc:test", capacity });
      await this.#cluster.world.timeline.wait(this.#random.int(300, 4_000));
    }
  }
}
