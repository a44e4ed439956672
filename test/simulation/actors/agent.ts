/**
 * An agent from outside: thinks, does one thing of the workload after another, stands still, dies
 * and comes back under the same name.
 */
import type { Cluster } from "../world/cluster.ts";
import { Holder } from "./holder.ts";
import { taskWork } from "./task-work.ts";
import { agentWork, type Work } from "./workload.ts";

export class Agent {
  readonly name: string;
  readonly #cluster: Cluster;
  readonly #work: readonly Work[];
  #holder: Holder;
  #lives = 1;
  #isResting = false;

  constructor(cluster: Cluster, name: string) {
    this.name = name;
    this.#cluster = cluster;
    const { workers = 0 } = cluster.world.scenario;
    this.#work = workers > 0 ? [...agentWork, ...taskWork] : agentWork;
    this.#holder = this.#newHolder();
    this.#thinkLater(this.#holder);
  }

  /** Starts nothing more; what is under way comes to its end. */
  rest(): void {
    this.#isResting = true;
  }

  #newHolder(): Holder {
    return new Holder(
      this.#cluster,
      { role: "client", id: this.name },
      `${this.name}.${this.#lives}`,
    );
  }

  #thinkLater(holder: Holder): void {
    const { timeline, faults } = this.#cluster.world;
    const pauseMs = faults.happens("pausedAgent") ? faults.lengthMs(12_000) : 0;
    timeline.after(holder.random.fraction() * 250 + pauseMs, () => {
      if (this.#isResting || holder.isDead) return;
      if (faults.happens("crashedAgent")) return this.#die();
      const done = holder.random.pickWeighted(this.#work).run(holder);
      // Now and then two things at once.
      if (holder.random.chance(0.2)) void holder.random.pickWeighted(this.#work).run(holder);
      void done.then(() => this.#thinkLater(holder));
    });
  }

  /** A new process under the same name; what the old one held is still on the log. */
  #die(): void {
    this.#cluster.world.say(() => `${this.name} dies`);
    this.#holder.end();
    this.#lives += 1;
    this.#holder = this.#newHolder();
    this.#thinkLater(this.#holder);
  }
}
