/**
 * One run: a scenario, put together, driven through its busy time and then to rest, and what was
 * found. The same scenario gives the same run, to the last byte of the log.
 */
import { createHash } from "node:crypto";
import type { StoredBatch } from "../../packages/coordinator/src/log/log.ts";
import { Agent } from "./actors/agent.ts";
import { Host } from "./actors/host.ts";
import { Operator } from "./actors/operator.ts";
import { Settings } from "./actors/settings.ts";
import { Sweeper } from "./actors/sweeper.ts";
import { Worker } from "./actors/worker.ts";
import { Checks } from "./checks.ts";
import type { Answered, Cluster } from "./world/cluster.ts";
import { Network } from "./world/network.ts";
import type { Scenario } from "./world/scenario.ts";
import { Server } from "./world/server.ts";
import { Store } from "./world/store.ts";
import { World } from "./world/world.ts";

/** What one run came to. */
export interface RunReport {
  /** What must not be, or null. */
  readonly violation: string | null;
  /** Over the log and every answer. */
  readonly hash: string;
  readonly events: number;
  readonly steps: number;
  readonly conflicts: number;
  readonly kinds: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

/** Simulated time after the faults, in which all that is open must come to its end. */
const restMs = 120_000;

export async function runScenario(
  scenario: Scenario,
  options: { readonly traced: boolean } = { traced: false },
): Promise<RunReport> {
  const world = new World(scenario, options);
  return new Simulation(world, new Checks(world)).run();
}

/** The hash of the same again for as many steps, with nobody looking: that is cheaper. */
export async function repeatScenario(scenario: Scenario, steps: number): Promise<string> {
  const world = new World(scenario, { traced: false });
  return (await new Simulation(world, null, steps).run()).hash;
}

class Simulation implements Cluster {
  readonly world: World;
  readonly store: Store;
  readonly network: Network;
  readonly servers: readonly Server[];
  readonly open = { calls: 0 };
  /** Null in a repeat. */
  readonly #checks: Checks | null;
  readonly #maxSteps: number;
  readonly #hash = createHash("sha256");
  readonly #actors: readonly { rest(): unknown }[];

  constructor(world: World, checks: Checks | null, maxSteps = Infinity) {
    this.world = world;
    this.#checks = checks;
    this.#maxSteps = maxSteps;
    this.store = new Store(world, (record) => this.#read(record));
    this.network = new Network(world);
    const { scenario } = world;
    this.servers = Array.from({ length: scenario.servers }, (_, n) => this.#newServer(n));
    for (const server of this.servers) server.start();
    this.#actors = this.#newActors();
  }

  async run(): Promise<RunReport> {
    const { timeline, faults, scenario } = this.world;
    await this.#runUntil(() => this.store.head.seq > 0);
    faults.isOn = true;
    this.#jumpClockNowAndThen();
    await this.#runUntil(() => timeline.nowMs > scenario.busyMs);
    faults.isOn = false;
    this.world.isResting = true;
    for (const actor of this.#actors) void actor.rest();
    const endMs = timeline.nowMs + restMs;
    await this.#runUntil(() => timeline.nowMs > endMs || this.#isAtRest());
    if (this.world.violation === null) this.#checkRest();
    return this.#report();
  }

  judge(answered: Answered): void {
    const { actor, method, outcome, toSeq } = answered;
    this.#hash.update(JSON.stringify([actor.id, method, outcome, toSeq]));
    this.#checks?.judge(answered);
  }

  async #runUntil(isDone: () => boolean): Promise<void> {
    const { timeline } = this.world;
    while (!isDone() && this.world.violation === null && timeline.steps < this.#maxSteps) {
      if (!(await timeline.step())) return this.world.fail("nothing is planned any more");
    }
  }

  #newServer(n: number): Server {
    const { world, store } = this;
    return new Server({
      world,
      store,
      name: `server${n}`,
      soleWriter: world.scenario.servers === 1,
      onSettled: (name, replica) => this.#checks?.settled(name, replica),
      onOpened: (name, replica) => this.#checks?.opened(name, replica),
    });
  }

  #newActors(): { rest(): unknown }[] {
    const { agents, pods, workers = 0, parts = [] } = this.world.scenario;
    const actors: { rest(): unknown }[] = [];
    for (let n = 0; n < agents; n += 1) actors.push(new Agent(this, `agent${n}`));
    if (pods) actors.push(new Operator(this));
    if (pods) void new Host(this);
    for (let n = 0; n < workers; n += 1) actors.push(new Worker(this, `worker${n}`));
    if (workers > 0) actors.push(new Sweeper(this));
    if (parts.includes("processes")) actors.push(new Settings(this));
    return actors;
  }

  #read(record: StoredBatch): void {
    this.#checks?.read(record);
    this.#hash.update(record.hash);
  }

  #jumpClockNowAndThen(): void {
    const { world } = this;
    world.timeline.after(1_000, () => {
      if (world.faults.happens("clockJump"))
        world.jumpClock(world.faults.lengthMs(7_200_000) - 3_600_000);
      this.#jumpClockNowAndThen();
    });
  }

  #isAtRest(): boolean {
    const areUp = this.servers.every(({ replica }) => replica !== null);
    return this.open.calls === 0 && areUp && this.#checks?.isAtRest() === true;
  }

  #checkRest(): void {
    if (this.#checks === null) return;
    this.#checks.checkRest();
    const { calls } = this.open;
    if (calls > 0) this.world.fail(`liveness: ${calls} calls are never answered`);
    for (const { name, replica } of this.servers) {
      if (replica === null) this.world.fail(`liveness: ${name} never comes back`);
    }
  }

  #report(): RunReport {
    const { violation, trace, timeline } = this.world;
    return {
      violation,
      hash: this.#hash.copy().digest("hex"),
      events: this.store.head.seq,
      steps: timeline.steps,
      conflicts: this.store.conflicts,
      kinds: this.#checks?.kinds ?? new Map(),
      trace: trace ?? [],
    };
  }
}
