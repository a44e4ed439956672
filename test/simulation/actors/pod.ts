/**
 * A pod's process: takes turns, claims what it writes, lends to children, tells the operator, and
 * goes when it is told to or when it dies.
 */
import type { PodId, ShutDownCause } from "@podlane/protocol";
import type { Cluster } from "../world/cluster.ts";
import type { WorkPart } from "../world/scenario.ts";
import { isIn } from "../model/overlap.ts";
import { samplePaths } from "../model/pods-model.ts";
import { Holder } from "./holder.ts";
import { commitOf, specOf } from "./plans.ts";
import { claimTask, completeTask } from "./task-work.ts";

export interface PodOptions {
  readonly id: PodId;
  readonly name: string;
  readonly topLevel: boolean;
  readonly delegate: number;
  readonly generation: number;
  readonly session: Session;
  /** Called once, when the process is gone. */
  readonly onExit: (cause: ShutDownCause) => void;
}

/** What outlives the process, on its own disk. */
export interface Session {
  turn: number;
  /** The last of its events that the operator has acknowledged; what follows is sent again. */
  ackedSeq: number;
}

const claimable = [...samplePaths.map((path) => `file:${path}`), "api:/users", "db:orders"];
const awaited = ["file:a/x", "file:b/x", "api:/users", "db:orders"];
/** More of both, for the parts of the workload that a scenario names. */
const unitsOfPart: Readonly<Partial<Record<WorkPart, readonly string[]>>> = {
  processes: ["proc:test", "proc:test"],
  features: ["feature:x", "feature:x:pause"],
};

const usage = { inputTokens: 0, outputTokens: 0, costMicroUsd: 0, toolCalls: 0, durationMs: 0 };

export class Pod {
  readonly #cluster: Cluster;
  readonly #options: PodOptions;
  readonly #holder: Holder;
  readonly #children: PodId[] = [];
  readonly #units: readonly string[];
  #names = 0;
  #told: ShutDownCause | null = null;
  #isGone = false;

  constructor(cluster: Cluster, options: PodOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#holder = new Holder(
      cluster,
      { role: "pod", id: options.id },
      `${options.id}.${options.generation}`,
    );
    this.#units = (cluster.world.scenario.parts ?? []).flatMap((part) => unitsOfPart[part] ?? []);
  }

  /** Runs until it is told to leave. */
  async live(): Promise<void> {
    const { random } = this.#holder;
    await this.#takeTurn();
    while (random.chance(0.3)) await this.#takeTurn();
    // Nothing left to do: it waits to be told, and has nothing to say until then.
  }

  /** Leaves at its next step, or within the deadline. */
  signal(mode: "shutdown" | "kill", deadlineMs: number, cause: ShutDownCause): void {
    this.#told ??= cause;
    if (mode === "kill") return this.exit("killed");
    this.#cluster.world.timeline.after(Math.min(deadlineMs, 500), () => this.exit(cause));
  }

  /** The process is gone, whatever it was doing. */
  exit(cause: ShutDownCause): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#cluster.world.say(() => `${this.#options.name} is gone: ${cause}`);
    this.#holder.end();
    this.#options.onExit(cause);
  }

  get #turn(): number {
    return this.#options.session.turn;
  }

  get #self() {
    return { pod: this.#options.id, generation: this.#options.generation };
  }

  async #takeTurn(): Promise<void> {
    const { random } = this.#holder;
    this.#options.session.turn += 1;
    const turn = { ...this.#self, turn: this.#turn };
    await this.#admission(false);
    for (let steps = random.int(1, 4); steps > 0; steps -= 1) {
      await this.#pause();
      await random.pickWeighted(this.#steps).run();
    }
    const commit = random.chance(0.7) ? commitOf(`${this.#options.name}${this.#turn}`) : null;
    const result = { summary: "", artifacts: [], branch: null, commit, usage };
    const outcome = random.chance(0.9) ? "finished" : "errored";
    await this.#call("pod.turn_end", { ...turn, cause: "user", outcome, result, message: null });
    this.#holder.held.clear();
    await this.#call("pod.settled", { ...this.#self, outboxSeq: 0, inbox: {} });
  }

  readonly #claimsAndChildren = [
    { weight: 4, run: () => this.#claim() },
    { weight: 2, run: () => this.#waitForClaim() },
    { weight: 3, run: () => this.#spawn() },
    { weight: 2, run: () => this.#hand() },
    { weight: 1, run: () => this.#tellOperator() },
    { weight: 1, run: () => this.#touch() },
    { weight: 1, run: () => this.#call("claim.renew", {}) },
  ];

  readonly #tasks = [
    { weight: 4, run: () => claimTask(this.#holder) },
    { weight: 3, run: () => completeTask(this.#holder) },
  ];

  get #steps() {
    const hasTasks = (this.#cluster.world.scenario.workers ?? 0) > 0;
    return hasTasks ? [...this.#claimsAndChildren, ...this.#tasks] : this.#claimsAndChildren;
  }

  async #admission(resumed: boolean): Promise<void> {
    const turn = { ...this.#self, turn: this.#turn };
    const { value } = await this.#call("pod.turn_request", { ...turn, cause: "user", resumed });
    let isRunning = (value as { admitted?: boolean } | null)?.admitted === true;
    while (!isRunning) {
      await this.#pause();
      const { value: found } = await this.#call("pod.get", { pod: this.#options.id });
      const { pod } = found as { pod: { waiting: { reason: string } | null } };
      isRunning = pod.waiting?.reason !== "admission";
    }
  }

  async #claim(): Promise<void> {
    const unit = this.#holder.random.pick([...claimable, ...this.#units]);
    await this.#holder.acquire({ units: [unit], ttlMs: 8_000, until: this.#until() });
  }

  #until(): "turn_end" | "release" {
    return this.#holder.random.pick(["turn_end", "turn_end", "release"]);
  }

  /** Gives up its slot while it queues. */
  async #waitForClaim(): Promise<void> {
    const { random } = this.#holder;
    const units = [random.pick([...awaited, ...this.#units])];
    const wait = { deadlineMs: random.int(500, 4_000) };
    const claim = await this.#holder.acquire({ units, ttlMs: 8_000, wait });
    if (claim === null || claim.state === "granted") return;
    const waiting = { reason: "claim", on: [claim.id], sinceMs: 0 };
    const yielding = { ...this.#self, turn: this.#turn, waiting };
    if (!(await this.#call("pod.turn_yield", yielding)).ok) return;
    await this.#pause();
    await this.#admission(true);
  }

  async #spawn(): Promise<void> {
    const { random } = this.#holder;
    const { id, name, delegate } = this.#options;
    if (this.#names === 4) return;
    this.#names += 1;
    const target = random.pick(["a", "a/sub", "a/x", "b"]);
    const scope = random.chance(0.7)
      ? [{ effect: "allow", target, permission: "write", recursive: true }]
      : [];
    // What it holds there goes along with the loan.
    const inside = samplePaths.find((path) => isIn(path, target)) ?? target;
    if (random.chance(0.6))
      await this.#holder.acquire({ units: [`file:${inside}`], ttlMs: 8_000, until: this.#until() });
    const spec = specOf(`${name}-${this.#names}`, {
      scope,
      delegate: Math.max(0, delegate - 1),
    });
    const { ok, value } = await this.#call("pod.spawn", { parent: id, spec });
    if (!ok) return;
    const child = (value as { pod: { id: PodId } }).pod.id;
    this.#children.push(child);
    if (random.chance(0.5)) await this.#hand();
    if (random.chance(0.5)) return;
    const waiting = { reason: "child", on: [child], sinceMs: 0 };
    const yielding = { ...this.#self, turn: this.#turn, waiting };
    if (!(await this.#call("pod.turn_yield", yielding)).ok) return;
    await this.#pause();
    if (random.chance(0.5))
      await this.#call("pod.stop", {
        pod: child,
        tree: true,
        deadlineMs: 1_000,
        cause: "requested",
      });
    await this.#admission(true);
  }

  /** Hands a claim down to a child, or now and then to any pod there is. */
  async #hand(): Promise<void> {
    const { random, held } = this.#holder;
    if (held.size === 0) await this.#claim();
    const [claim] = [...held.values()];
    const pods = random.chance(0.8) ? this.#children : await this.#allPods();
    if (claim === undefined || pods.length === 0) return;
    held.delete(claim.id);
    await this.#call("claim.transfer", { claim: claim.id, to: random.pick(pods) });
  }

  async #allPods(): Promise<readonly PodId[]> {
    const { ok, value } = await this.#call("pod.list", { all: false });
    return ok ? (value as { pods: readonly { id: PodId }[] }).pods.map(({ id }) => id) : [];
  }

  async #tellOperator(): Promise<void> {
    const { id, name, topLevel, generation, session } = this.#options;
    if (!topLevel) return;
    const seq = session.ackedSeq + 1;
    const about = { podId: id, podName: name, generation, seq, at: 0 };
    const event = { kind: "state_changed", ...about, state: "running", waiting: null };
    await this.#call("inbox.pod_event", { event });
    session.ackedSeq = seq;
  }

  async #touch(): Promise<void> {
    const paths = [this.#holder.random.pick(samplePaths)];
    await this.#call("pod.touched", { ...this.#self, paths, access: "write" });
  }

  async #call(method: string, params: unknown): Promise<{ ok: boolean; value: unknown }> {
    const outcome = await this.#holder.call(method, params);
    return { ok: outcome.ok, value: outcome.ok ? outcome.value : null };
  }

  /** Works for a while; here it may die, or hear that it is to leave. */
  async #pause(): Promise<void> {
    const { timeline, faults } = this.#cluster.world;
    await timeline.wait(20 + this.#holder.random.int(0, 300));
    if (this.#isGone) return new Promise(() => {});
    if (faults.happens("crashedPod")) this.exit("crashed");
    else if (this.#told !== null) this.exit(this.#told);
  }
}
