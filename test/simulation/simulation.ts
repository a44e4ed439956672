/**
 * One run: a scenario, put together, driven through its busy time and then to rest, and what was
 * found. The same scenario gives the same run, to the last byte of the log.
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { WorkspaceState } from "../../packages/coordinator/src/core/state.ts";
import { checkInvariants } from "../../packages/coordinator/src/core/invariants.ts";
import { workspaceRules } from "../../packages/coordinator/src/core/workspace-rules.ts";
import { openBatch } from "../../packages/coordinator/src/log/hash-chain.ts";
import type { StoredBatch } from "../../packages/coordinator/src/log/log.ts";
import { Fold } from "../../packages/coordinator/src/shell/fold.ts";
import type { Replica } from "../../packages/coordinator/src/shell/replica.ts";
import { Agent } from "./actors/agent.ts";
import { Host } from "./actors/host.ts";
import { Operator } from "./actors/operator.ts";
import { Answers } from "./model/answers.ts";
import { LogModel } from "./model/log-model.ts";
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
  /** Over the log, the state at its end and every answer. */
  readonly hash: string;
  readonly events: number;
  readonly steps: number;
  readonly conflicts: number;
  readonly kinds: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

/** Batches between two checks of all the core's invariants, and between two of a whole state. */
const invariantsEvery = 4;
const comparisonsEvery = 6;

/** Simulated time after the faults, in which all that is open must come to its end. */
const restMs = 120_000;

export async function runScenario(
  scenario: Scenario,
  options: { readonly traced: boolean } = { traced: false },
): Promise<RunReport> {
  return new Simulation(new World(scenario, options)).run();
}

class Simulation implements Cluster {
  readonly world: World;
  readonly store: Store;
  readonly network: Network;
  readonly servers: readonly Server[];
  readonly open = { calls: 0 };
  readonly #model: LogModel;
  readonly #answers: Answers;
  readonly #fold = new Fold(workspaceRules);
  readonly #hash = createHash("sha256");
  readonly #agents: Agent[];
  readonly #operator: Operator | null;
  readonly #startedAtMs: number;
  #latestMs = 0;
  #batches = 0;
  #settled = 0;

  constructor(world: World) {
    this.world = world;
    this.#startedAtMs = world.clockMs();
    const report = (name: string, how: string) => world.fail(`${name}: ${how}`);
    const isSoleWriter = world.scenario.servers === 1;
    this.#model = new LogModel(report, { isSoleWriter });
    this.#answers = new Answers(this.#model, () => this.#latestMs, report);
    this.store = new Store(world, (record) => this.#read(record));
    this.network = new Network(world);
    const { scenario } = world;
    this.servers = Array.from({ length: scenario.servers }, (_, n) => this.#newServer(n));
    for (const server of this.servers) server.start();
    this.#agents = Array.from({ length: scenario.agents }, (_, n) => new Agent(this, `agent${n}`));
    this.#operator = scenario.pods ? new Operator(this) : null;
    if (scenario.pods) void new Host(this);
  }

  async run(): Promise<RunReport> {
    const { timeline, faults, scenario } = this.world;
    await this.#runUntil(() => this.store.head.seq > 0);
    faults.isOn = true;
    this.#jumpClockNowAndThen();
    await this.#runUntil(() => timeline.nowMs > scenario.busyMs);
    faults.isOn = false;
    for (const agent of this.#agents) agent.rest();
    void this.#operator?.rest();
    const endMs = timeline.nowMs + restMs;
    await this.#runUntil(() => timeline.nowMs > endMs || this.#isAtRest());
    if (this.world.violation === null) this.#checkRest();
    return this.#report();
  }

  judge(answered: Answered): void {
    const { actor, method, outcome, toSeq } = answered;
    this.#hash.update(JSON.stringify([actor.id, method, outcome, toSeq]));
    this.#answers.judge(answered);
  }

  async #runUntil(isDone: () => boolean): Promise<void> {
    while (!isDone() && this.world.violation === null) {
      if (!(await this.world.timeline.step()))
        return this.world.fail("nothing is planned any more");
    }
  }

  #newServer(n: number): Server {
    const { world, store } = this;
    return new Server({
      world,
      store,
      name: `server${n}`,
      soleWriter: world.scenario.servers === 1,
      onSettled: (name, replica) => this.#checkReplica(name, replica),
    });
  }

  /** A record has become durable: every reading of the log goes on by it, and is checked. */
  #read(record: StoredBatch): void {
    const batch = openBatch(record);
    this.#model.read(batch);
    for (const event of batch.events) {
      this.world.say(() => {
        const { seq, kind, subject, actor, data, atMs } = event;
        return `  ${seq} @${atMs} ${kind} ${subject} by ${actor.id} ${JSON.stringify(data)}`;
      });
    }
    this.#fold.apply(batch);
    this.#batches += 1;
    if (this.#batches % invariantsEvery === 0) this.#checkState();
    this.#checkTime(record);
    this.#hash.update(record.hash);
  }

  /** The core's own reading of its state: dearer than the model's, and so not after each batch. */
  #checkState(): void {
    for (const problem of checkInvariants(this.#fold.state)) this.world.fail(problem);
  }

  /** Log time is never faster than the store's clock, but for what its jumps are allowed. */
  #checkTime({ atMs, lastSeq }: StoredBatch): void {
    if (!this.world.faults.isOn) return;
    const allowedMs = this.world.timeline.nowMs + 5_000 * this.world.clockJumps + 1;
    const passedMs = atMs - this.#startedAtMs;
    if (passedMs > allowedMs) {
      this.world.fail(`time: seq ${lastSeq} is at ${passedMs} ms, at most ${allowedMs} passed`);
    }
  }

  /** R1: what a replica holds, nothing in flight, is the fold of the log. */
  #checkReplica(name: string, replica: Replica<WorkspaceState>): void {
    this.#latestMs = Math.max(this.#latestMs, replica.logTimeMs);
    if (replica.head().seq !== this.#fold.head.seq) return;
    this.#settled += 1;
    if (this.#settled % comparisonsEvery !== 0) return;
    if (!isDeepStrictEqual(replica.state, this.#fold.state)) {
      this.world.fail(`R1: the state of ${name} at ${replica.head().seq} is not the log's fold`);
    }
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
    const { claims, pods } = this.#model;
    const areUp = this.servers.every(({ replica }) => replica !== null);
    const isOver = claims.live.size === 0 && pods.living().length === 0;
    return this.open.calls === 0 && areUp && isOver;
  }

  #checkRest(): void {
    this.#checkState();
    const { calls } = this.open;
    if (calls > 0) this.world.fail(`liveness: ${calls} calls are never answered`);
    for (const claim of this.#model.claims.live.values()) {
      this.world.fail(`liveness: ${claim.id} of ${claim.holder} never ends`);
    }
    for (const pod of this.#model.pods.living()) {
      this.world.fail(`liveness: ${pod.id} (${pod.name}) never ends`);
    }
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
      kinds: this.#model.kinds,
      trace: trace ?? [],
    };
  }
}
