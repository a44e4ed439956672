/**
 * Everything that is held against a run while it goes: the naive model, the judge of answers, the
 * fold of the whole log, and what must be so once all is at rest. It only looks: a run goes the
 * same way without it.
 */
import { isDeepStrictEqual } from "node:util";
import type { WorkspaceState } from "../../packages/coordinator/src/core/state.ts";
import { checkInvariants } from "../../packages/coordinator/src/core/invariants.ts";
import { workspaceRules } from "../../packages/coordinator/src/core/workspace-rules.ts";
import { openBatch } from "../../packages/coordinator/src/log/hash-chain.ts";
import type { StoredBatch } from "../../packages/coordinator/src/log/log.ts";
import { Fold } from "../../packages/coordinator/src/shell/fold.ts";
import type { Replica } from "../../packages/coordinator/src/shell/replica.ts";
import { Answers } from "./model/answers.ts";
import { LogModel } from "./model/log-model.ts";
import type { Answered } from "./world/cluster.ts";
import type { World } from "./world/world.ts";

/** Batches between two checks of all the core's invariants, and between two of a whole state. */
const invariantsEvery = 4;
const comparisonsEvery = 10;

export class Checks {
  readonly #world: World;
  readonly #model: LogModel;
  readonly #answers: Answers;
  readonly #fold = new Fold(workspaceRules);
  readonly #startedAtMs: number;
  #latestMs = 0;
  #batches = 0;
  #settled = 0;

  constructor(world: World) {
    this.#world = world;
    this.#startedAtMs = world.clockMs();
    const report = (name: string, how: string) => world.fail(`${name}: ${how}`);
    this.#model = new LogModel(report, { isSoleWriter: world.scenario.servers === 1 });
    this.#answers = new Answers(this.#model, () => this.#latestMs, report);
  }

  get kinds(): ReadonlyMap<string, number> {
    return this.#model.kinds;
  }

  judge(answered: Answered): void {
    this.#answers.judge(answered);
  }

  /** A record has become durable: every reading of the log goes on by it, and is checked. */
  read(record: StoredBatch): void {
    const batch = openBatch(record);
    this.#model.read(batch);
    for (const event of batch.events) {
      this.#world.say(() => {
        const { seq, kind, subject, actor, data, atMs } = event;
        return `  ${seq} @${atMs} ${kind} ${subject} by ${actor.id} ${JSON.stringify(data)}`;
      });
    }
    this.#fold.apply(batch);
    this.#batches += 1;
    if (this.#batches % invariantsEvery === 0) this.#checkState();
    this.#checkTime(record);
  }

  /** A server has flushed or caught up: now and then its state is looked at. */
  settled(name: string, replica: Replica<WorkspaceState>): void {
    this.#latestMs = Math.max(this.#latestMs, replica.logTimeMs);
    if (replica.head().seq !== this.#fold.head.seq) return;
    this.#settled += 1;
    if (this.#settled % comparisonsEvery === 0) this.opened(name, replica);
  }

  /** R1: what a replica holds, nothing in flight, is the fold of the whole log. */
  opened(name: string, replica: Replica<WorkspaceState>): void {
    this.#latestMs = Math.max(this.#latestMs, replica.logTimeMs);
    if (replica.head().seq !== this.#fold.head.seq) return;
    if (!isDeepStrictEqual(replica.state, this.#fold.state)) {
      this.#world.fail(`R1: the state of ${name} at ${replica.head().seq} is not the log's fold`);
    }
  }

  /** Nothing of what the log tells of is still under way. */
  isAtRest(): boolean {
    const { claims, pods, tasks } = this.#model;
    return claims.live.size === 0 && pods.living().length === 0 && tasks.open.size === 0;
  }

  checkRest(): void {
    this.#checkState();
    for (const claim of this.#model.claims.live.values()) {
      this.#world.fail(`liveness: ${claim.id} of ${claim.holder} never ends`);
    }
    for (const { id, status } of this.#model.tasks.open) {
      this.#world.fail(`liveness: ${id} is ${status} and never ends`);
    }
    for (const pod of this.#model.pods.living()) {
      this.#world.fail(`liveness: ${pod.id} (${pod.name}) never ends`);
    }
  }

  /** The core's own reading of its state: dearer than the model's, and so not after each batch. */
  #checkState(): void {
    for (const problem of checkInvariants(this.#fold.state)) this.#world.fail(problem);
  }

  /** Log time is never faster than the store's clock, but for what its jumps are allowed. */
  #checkTime({ atMs, lastSeq }: StoredBatch): void {
    const { faults, timeline, clockJumps } = this.#world;
    if (!faults.isOn) return;
    const allowedMs = timeline.nowMs + 5_000 * clockJumps + 1;
    const passedMs = atMs - this.#startedAtMs;
    if (passedMs > allowedMs) {
      this.#world.fail(`time: seq ${lastSeq} is at ${passedMs} ms, at most ${allowedMs} passed`);
    }
  }
}
