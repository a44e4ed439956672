/**
 * A registered agent that works through the queue and claims beside it. When it dies, or is silent
 * for long, the servers end its registration; one that lives on all the same finds that it is over,
 * and registers again.
 */
import type { RegistrationId } from "@podlane/protocol";
import { verdictMethod } from "../../../packages/coordinator/src/core/workspace-rules.ts";
import { Caller } from "../world/caller.ts";
import type { Cluster } from "../world/cluster.ts";
import type { Random } from "../world/random.ts";
import { Holder } from "./holder.ts";
import { skills, taskWork } from "./task-work.ts";
import { agentWork } from "./workload.ts";

/** Shorter than in earnest, as all times here. */
const suspectAfterMs = 2_000;
const deadAfterMs = 4_000;
const judgeEveryMs = 500;

const work = [...taskWork, ...taskWork, ...agentWork];

export class Worker {
  readonly #cluster: Cluster;
  readonly #name: string;
  readonly #skills: readonly string[];
  #lives = 0;
  #isResting = false;

  constructor(cluster: Cluster, name: string) {
    this.#cluster = cluster;
    this.#name = name;
    const random = cluster.world.random.fork(name);
    this.#skills = skills.filter(() => random.chance(0.6));
    void this.#live();
  }

  /** Says nothing more: what it has is taken from it. */
  rest(): void {
    this.#isResting = true;
  }

  async #live(): Promise<void> {
    this.#lives += 1;
    const process = `${this.#name}.${this.#lives}`;
    const caller = new Caller(this.#cluster, { role: "client", id: this.#name }, process);
    const outcome = await caller.call("registration.register", { capabilities: this.#skills });
    if (!outcome.ok) throw new Error(`${process} cannot register: ${outcome.error.message}`);
    const { registration } = outcome.value as { registration: { id: RegistrationId } };
    const { id } = registration;
    const holder = new Holder(this.#cluster, { role: "client", id }, `${id}:${process}`);
    const pulse = new Pulse(this.#cluster, id);
    while (!this.#isResting && pulse.isThere) await this.#think(holder, pulse);
    holder.end();
    if (!this.#isResting) void this.#live();
  }

  async #think(holder: Holder, pulse: Pulse): Promise<void> {
    const { timeline, faults } = this.#cluster.world;
    const silentMs = faults.happens("silentWorker") ? faults.lengthMs(12_000) : 0;
    await timeline.wait(holder.random.fraction() * 250 + silentMs);
    if (faults.happens("crashedAgent")) return pulse.stop();
    pulse.beat();
    await holder.random.pickWeighted(work).run(holder);
  }
}

/** The heartbeats of one registration, and what servers make of their absence. */
class Pulse {
  readonly #cluster: Cluster;
  readonly #registration: RegistrationId;
  readonly #random: Random;
  #lastMs: number;
  #isSuspect = false;
  /** False once the process is gone, or a server has said so. */
  isThere = true;

  constructor(cluster: Cluster, registration: RegistrationId) {
    this.#cluster = cluster;
    this.#registration = registration;
    this.#random = cluster.world.random.fork(`pulse ${registration}`);
    this.#lastMs = cluster.world.timeline.nowMs;
    this.#judgeLater();
  }

  beat(): void {
    this.#lastMs = this.#cluster.world.timeline.nowMs;
  }

  stop(): void {
    this.isThere = false;
  }

  #judgeLater(): void {
    this.#cluster.world.timeline.after(judgeEveryMs, () => void this.#judge());
  }

  async #judge(): Promise<void> {
    const silentMs = this.#cluster.world.timeline.nowMs - this.#lastMs;
    if (silentMs > deadAfterMs && (await this.#say("dead"))) return this.stop();
    const isSuspect = silentMs > suspectAfterMs;
    if (isSuspect !== this.#isSuspect && (await this.#say(isSuspect ? "suspect" : "recovered"))) {
      this.#isSuspect = isSuspect;
    }
    this.#judgeLater();
  }

  /** True once a server has it on the log. */
  #say(verdict: string): Promise<boolean> {
    const server = this.#random.pick(this.#cluster.servers);
    // Nobody attaches to a server here: each may judge.
    const judged = { registration: this.#registration, verdict, attachedTo: null };
    return server.propose(verdictMethod, judged);
  }
}
