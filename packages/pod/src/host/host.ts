/**
 * The host of a machine: makes the pods that the log wants exist, and reports what became of them.
 * It takes orders over its connection to the coordinator; each order may come again.
 */
import { existsSync } from "node:fs";
import {
  accepted,
  type CoordinatorMethods,
  type HostId,
  type HostOrderMethods,
  hostOrderMethods,
  type HostReportMethods,
  type Outcome,
  type ParsedParamsOf,
  type PodExit,
  type PodId,
  type PodRecord,
  refused,
  type ResultOf,
} from "@podlane/protocol";
import { podLayout } from "@podlane/protocol/node";
import { describeFault } from "../fault-text.ts";
import { adoptPod } from "./adopt-pod.ts";
import { readBootFile } from "./boot-file.ts";
import { collectPod } from "./collect.ts";
import { executeMerge, impossible } from "./execute-merge.ts";
import type { HostSetting } from "./host-setting.ts";
import { HostedPod } from "./hosted-pod.ts";
import { sayLastWords, seqOfShutDown } from "./last-words.ts";
import { startPod } from "./start-pod.ts";
import { StartQueue } from "./start-queue.ts";
import { killLeftovers } from "../process/mark.ts";

type Orders = HostOrderMethods;
type Start = ParsedParamsOf<Orders, "host.start">;

/** What a host calls: its reports, and what it asks of the log. */
export type HostCalls = HostReportMethods & CoordinatorMethods;

/** Repeats a report until a coordinator has recorded it. */
export type Report = <M extends keyof HostReportMethods>(
  method: M,
  params: ParsedParamsOf<HostReportMethods, M>,
) => Promise<Outcome<ResultOf<HostReportMethods, M>>>;

type EndedPod = Pick<PodRecord, "id" | "name" | "generation" | "lastSeq"> & {
  readonly exit: PodExit;
};

export class Host {
  readonly id: HostId;
  readonly #setting: HostSetting;
  readonly #report: Report;
  readonly #pods = new Map<PodId, HostedPod>();
  /** Orders under way, so that a repeat of one does nothing. */
  readonly #busy = new Set<string>();
  readonly #starts = new StartQueue();
  readonly #collections = new Set<Promise<void>>();

  constructor(setting: HostSetting, report: Report) {
    this.#setting = setting;
    this.#report = report;
    this.id = setting.hostId;
  }

  /** The host's side of its connection: every order is taken on at once and done afterwards. */
  get handlers() {
    const take = <P>(key: (order: P) => string, work: (order: P) => Promise<void>) => {
      return (order: P) => {
        this.#once(key(order), () => work(order));
        return accepted({});
      };
    };
    return {
      "host.start": take<Start>(
        (order) => `start:${order.pod}:${order.generation}:${order.attempt}`,
        (order) => this.#start(order),
      ),
      "host.signal": take<ParsedParamsOf<Orders, "host.signal">>(
        (order) => `signal:${order.pod}:${order.mode}`,
        (order) => this.#signal(order),
      ),
      "host.collect": take<ParsedParamsOf<Orders, "host.collect">>(
        (order) => `collect:${order.pod}`,
        (order) => this.#track(this.#collect(order)),
      ),
      "host.merge": take<ParsedParamsOf<Orders, "host.merge">>(
        (order) => `merge:${order.merge}:${order.fence}`,
        async (order) => {
          const { merge, fence } = order;
          const outcome = await executeMerge(order, this.#setting).catch((fault: unknown) => {
            this.#setting.note(`merge ${merge} went wrong: ${describeFault(fault)}`);
            return impossible(fault instanceof Error ? fault.message : String(fault));
          });
          await this.#report("host.merge_report", { merge, fence, outcome });
        },
      ),
      "host.take_inbox": (): Outcome<never> =>
        refused("unsupported", "taking over a dead pod's inbox does not exist yet"),
    };
  }

  get orders(): typeof hostOrderMethods {
    return hostOrderMethods;
  }

  get livingPods(): number {
    return this.#pods.size;
  }

  /** Resolves when no worktree is being taken away any more: none is left half there. */
  async collected(): Promise<void> {
    while (this.#collections.size > 0) await Promise.all(this.#collections);
  }

  /**
   * Takes over what an earlier process of this host left; before attaching: living pods, and the
   * last words of ended ones.
   */
  async adopt(records: readonly PodRecord[]): Promise<void> {
    for (const record of records) {
      if (record.exit !== null) {
        this.#sayLastWords({ ...record, exit: record.exit });
        continue;
      }
      const adopted = await adoptPod(record, this.#setting);
      if (adopted === null) continue;
      const hosted = this.#takeOn(adopted.order);
      hosted.launched(adopted.launched, adopted.worktree);
    }
  }

  #sayLastWords({ id: pod, name, generation, exit, lastSeq }: EndedPod): void {
    const words = { pod, name, generation, exit, lastSeq };
    void sayLastWords(words, this.#setting).catch(this.#setting.onFault);
  }

  #takeOn(order: Start): HostedPod {
    const hosted = new HostedPod({ order, setting: this.#setting, report: this.#report });
    this.#pods.set(order.pod, hosted);
    void hosted.ended.then(() => {
      if (this.#pods.get(order.pod) === hosted) this.#pods.delete(order.pod);
    });
    return hosted;
  }

  #once(key: string, work: () => Promise<void>): void {
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    work()
      .catch((fault: unknown) => this.#setting.onFault(fault))
      .finally(() => this.#busy.delete(key));
  }

  async #start(order: Start): Promise<void> {
    const before = this.#pods.get(order.pod);
    if (before !== undefined && before.generation >= order.generation) return;
    await before?.ended;
    const hosted = this.#takeOn(order);
    await this.#starts.run(async () => {
      if (hosted.begins()) await this.#bringUp(order, hosted);
    });
  }

  async #bringUp(order: Start, hosted: HostedPod): Promise<void> {
    const { pod, generation } = order;
    // An earlier process of this host may have died between the start and its report; before it
    // starts anything it writes the boot file.
    const { bootFile } = podLayout(this.#setting.layout.stateDir, pod);
    if (existsSync(bootFile)) await this.#killLeftovers(pod);
    // A full disk or a damaged repository is this pod's end, not the server's.
    const started = await startPod(order, this.#setting).catch((fault: unknown) => {
      this.#setting.note(`${order.spec.name} could not be started: ${describeFault(fault)}`);
      return refused("internal", fault instanceof Error ? fault.message : String(fault));
    });
    if (!started.ok) return hosted.neverStarted(started.error.message);
    const { launched, branch, worktree, baseCommit } = started.value;
    hosted.launched(launched, worktree);
    const place = { process: launched.process, branch, worktree, baseCommit };
    await this.#report("host.started", { pod, generation, ...place });
    const booted = await launched.booted;
    if (booted.kind === "failed") return hosted.neverBooted(booted.message);
    await this.#report("host.ready", { pod, generation, socket: booted.socket });
  }

  async #signal(order: ParsedParamsOf<Orders, "host.signal">): Promise<void> {
    const hosted = this.#pods.get(order.pod);
    if (hosted !== undefined) return hosted.end(order);
    // Nothing of ours runs under that name: it ended before this host knew, or never began.
    await this.#killLeftovers(order.pod);
    const { pod, generation } = order;
    const exit: PodExit = { cause: "lost", code: null, signal: null, dirty: [], lastOutput: "" };
    const lastSeq = generation > 1 ? seqOfShutDown(pod, this.#setting) : 0;
    await this.#report("host.exited", { pod, generation, exit, lastSeq });
    if (lastSeq === 0) return;
    const { name } = (await readBootFile(pod, this.#setting)).spec;
    this.#sayLastWords({ id: pod, name, generation, exit, lastSeq });
  }

  #killLeftovers(pod: PodId): Promise<number> {
    return killLeftovers({ pod, stateDir: this.#setting.layout.stateDir });
  }

  #track(collection: Promise<void>): Promise<void> {
    const tracked = collection.finally(() => this.#collections.delete(tracked));
    this.#collections.add(tracked);
    return tracked;
  }

  /** What a broken repository or disk does not let go stays; the next server tries again. */
  async #collect({ pod, landed }: ParsedParamsOf<Orders, "host.collect">): Promise<void> {
    const snapshot = await collectPod(pod, landed, this.#setting).catch((fault: unknown) =>
      refused("internal", describeFault(fault)),
    );
    if (snapshot.ok) await this.#report("host.collected", { pod, snapshot: snapshot.value });
    else this.#setting.note(`the worktree of ${pod} stays: ${snapshot.error.message}`);
  }
}
