/**
 * A host: takes orders to start, signal, collect and merge, takes a repeat of one as done, and
 * reports what came of it until somebody has heard.
 */
import { accepted, type HostId, type Outcome, type PodId } from "@podlane/protocol";
import type { HostPeer } from "../../../packages/coordinator/src/shell/host-orders.ts";
import { Caller } from "../world/caller.ts";
import type { Cluster } from "../world/cluster.ts";
import { createPeer } from "../world/peer.ts";
import type { Random } from "../world/random.ts";
import { Pod, type Session } from "./pod.ts";
import { baseCommit } from "./plans.ts";

interface StartOrder {
  readonly pod: PodId;
  readonly generation: number;
  readonly parent: PodId | null;
  readonly spec: { readonly name: string; readonly delegate: number };
}

interface SignalOrder {
  readonly pod: PodId;
  readonly generation: number;
  readonly mode: "shutdown" | "kill";
  readonly deadlineMs: number;
  readonly cause: "finished" | "requested" | "timeout";
}

interface MergeOrder {
  readonly merge: string;
  readonly fence: number;
  readonly land: boolean;
  readonly commit: string;
}

interface Incarnation {
  readonly pod: PodId;
  readonly generation: number;
}

export class Host {
  readonly #cluster: Cluster;
  readonly #caller: Caller;
  readonly #random: Random;
  /** By pod and generation. */
  readonly #pods = new Map<string, Pod>();
  readonly #sessions = new Map<PodId, Session>();
  readonly #merges = new Set<number>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#random = cluster.world.random.fork("host");
    this.#caller = new Caller(cluster, { role: "host", id: "local" }, "host");
    void this.#attach();
  }

  async #attach(): Promise<void> {
    const hostId = "local" as HostId;
    const offer = { hostId, capacity: 8, labels: [], backends: [] };
    await this.#caller.call("host.attach", offer);
    const { timeline } = this.#cluster.world;
    const server = this.#caller.home;
    const peer = createPeer(this.#cluster, (params, method) => this.#take(method, params));
    const reattach = () => {
      peer.close();
      timeline.after(100 + this.#random.int(0, 400), () => void this.#attach());
    };
    server.attachHost(hostId, peer as unknown as HostPeer, reattach);
  }

  #take(method: string, params: unknown): Outcome<unknown> {
    switch (method) {
      case "host.start":
        this.#start(params as StartOrder);
        break;
      case "host.signal":
        this.#signal(params as SignalOrder);
        break;
      case "host.collect":
        void this.#caller.call("host.collected", { ...(params as object), snapshot: null });
        break;
      case "host.merge":
        void this.#merge(params as MergeOrder);
        break;
      default:
        throw new Error(`a host is not asked ${method}`);
    }
    return accepted({});
  }

  #start({ pod: id, generation, parent, spec }: StartOrder): void {
    const key = `${id}.${generation}`;
    if (this.#pods.has(key)) return;
    const session = this.#sessions.get(id) ?? { turn: 0, ackedSeq: 0 };
    this.#sessions.set(id, session);
    const { name, delegate } = spec;
    const pod = new Pod(this.#cluster, {
      id,
      name,
      delegate,
      topLevel: parent === null,
      generation,
      session,
      onExit: (cause) => void this.#exited({ pod: id, generation }, cause),
    });
    this.#pods.set(key, pod);
    void this.#launch({ pod: id, generation }, pod);
  }

  async #launch(self: Incarnation, pod: Pod): Promise<void> {
    const { pod: id } = self;
    const process = { pid: 100 + this.#pods.size, startTime: "1" };
    const place = { branch: `agent/${id}`, worktree: `/w/${id}`, baseCommit };
    await this.#cluster.world.timeline.wait(this.#random.int(10, 400));
    await this.#caller.call("host.started", { ...self, process, ...place });
    await this.#caller.call("host.ready", { ...self, socket: `/s/${id}` });
    await pod.live();
  }

  #signal({ pod: id, generation, mode, deadlineMs, cause }: SignalOrder): void {
    const pod = this.#pods.get(`${id}.${generation}`);
    // A process that never was, or was before this host: nothing is left of it.
    if (pod === undefined) return void this.#exited({ pod: id, generation }, "lost");
    pod.signal(mode, deadlineMs, cause);
  }

  async #exited(self: Incarnation, cause: string): Promise<void> {
    const exit = { code: 0, signal: null, cause, dirty: [], lastOutput: "" };
    await this.#caller.call("host.exited", { ...self, exit, lastSeq: 0 });
  }

  /** One executor, one attempt: a repeat of the order is the same work. */
  async #merge({ merge, fence, land, commit }: MergeOrder): Promise<void> {
    if (this.#merges.has(fence)) return;
    this.#merges.add(fence);
    await this.#cluster.world.timeline.wait(this.#random.int(50, 1_500));
    const problem = { kind: "conflict", files: ["a/x"], branches: [] };
    const landed = { commit, baseMoved: true, branch: "main", finish: null };
    const done = land ? { kind: "landed", landed } : { kind: "clean", tree: commit };
    const outcome = this.#random.chance(0.2) ? { kind: "problem", problem } : done;
    await this.#caller.call("host.merge_report", { merge, fence, outcome });
  }
}
