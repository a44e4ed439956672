/**
 * One pod on this host, from its order to its exit: ends it when told, notices when it ends, and
 * then, in this order, leaves nothing running, reports its exit, and says its last words unless
 * the log starts it again.
 */
import { readFile } from "node:fs/promises";
import type { PodExit, ShutDownCause } from "@podlane/protocol";
import { podLayout, type PodLayout } from "@podlane/protocol/node";
import { gitIn } from "../workspace/git/git.ts";
import { listDirty } from "../workspace/dirty.ts";
import { ExitFile } from "./boot-file.ts";
import type { Report } from "./host.ts";
import { bootDeadlineMs, type HostSetting } from "./host-setting.ts";
import { sayLastWords, seqOfShutDown } from "./last-words.ts";
import type { LaunchedPod, RawExit } from "./pod-process.ts";
import type { StartOrder } from "./start-pod.ts";
import { settlesWithin } from "../process/ladder.ts";
import { killLeftovers, type PodMark } from "../process/mark.ts";
import { killGroup, terminate } from "./terminate.ts";

interface HostedPodOptions {
  readonly order: StartOrder;
  readonly setting: HostSetting;
  readonly report: Report;
}

export interface EndOrder {
  readonly mode: "shutdown" | "kill";
  readonly deadlineMs: number;
  readonly cause: "finished" | "requested" | "timeout";
}

const maxDirtyReported = 256;
const maxLastOutputCharacters = 4_000;
const neverRan: RawExit = { code: null, signal: null };

export class HostedPod {
  readonly ended: Promise<void>;
  readonly #options: HostedPodOptions;
  readonly #layout: PodLayout;
  readonly #resolveEnded: () => void;
  #launched: LaunchedPod | null = null;
  #worktree: string | null = null;
  /** Why this host ends it, if it does: the first reason stays. */
  #ending: ShutDownCause | null = null;
  #stage: "queued" | "begun" | "given up" = "queued";
  /** An order to end it that came before it had a process. */
  #endAtLaunch: EndOrder | null = null;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: HostedPodOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#options = options;
    this.#layout = podLayout(options.setting.layout.stateDir, options.order.pod);
  }

  /** Its turn to be brought up has come; false when it was told to end before. */
  begins(): boolean {
    if (this.#stage === "queued") this.#stage = "begun";
    return this.#stage === "begun";
  }

  get generation(): number {
    return this.#options.order.generation;
  }

  launched(launched: LaunchedPod, worktree: string): void {
    this.#stage = "begun";
    this.#launched = launched;
    this.#worktree = worktree;
    const { onFault } = this.#options.setting;
    const kill = (cause: ShutDownCause) => () => void this.#kill(cause).catch(onFault);
    const bootTimer = setTimeout(kill("crashed"), bootDeadlineMs);
    void launched.booted.then(() => clearTimeout(bootTimer));
    this.#timers.push(bootTimer);
    const { timeSeconds } = this.#options.order.spec.limits;
    if (timeSeconds !== undefined) {
      const order = { mode: "shutdown", deadlineMs: 2_000, cause: "timeout" } as const;
      const end = () => void this.end(order).catch(onFault);
      this.#timers.push(setTimeout(end, timeSeconds * 1_000));
    }
    void launched.exited.then((exit) => this.#conclude(exit)).catch(onFault);
    if (this.#endAtLaunch !== null) void this.end(this.#endAtLaunch).catch(onFault);
  }

  /** Its workspace or process could not be made: there is nothing to end. */
  async neverStarted(message: string): Promise<void> {
    await this.#report(neverRan, "crashed", message);
  }

  /** Its process came up and did not get ready. */
  async neverBooted(message: string): Promise<void> {
    this.#options.setting.note(`${this.#options.order.spec.name}: ${message}`);
    await this.#kill("crashed");
  }

  /** The ladder: ask, SIGTERM, SIGKILL; with `kill` the last rung at once. */
  async end(order: EndOrder): Promise<void> {
    const { mode, deadlineMs, cause } = order;
    if (this.#stage !== "begun") return this.#giveUp(mode === "kill" ? "killed" : cause);
    const launched = this.#launched;
    if (launched === null) {
      // The order is taken and will not come again; a kill is not softened by a later shutdown.
      if (this.#endAtLaunch?.mode !== "kill") this.#endAtLaunch = order;
      return this.ended;
    }
    if (mode === "kill") return this.#kill("killed");
    this.#ending ??= cause;
    const { peers, socketOf } = this.#options.setting;
    const socket = socketOf(this.#options.order.pod);
    const heard = await peers.shutDown(socket, { deadlineMs, cause });
    const patienceMs = heard.ok ? deadlineMs + shutdownSlackMs : 0;
    const left = await settlesWithin(launched.exited, patienceMs);
    if (!left) await terminate(this.#target(launched));
    await this.ended;
  }

  /** It waits to be brought up: there is nothing to end. */
  async #giveUp(cause: ShutDownCause): Promise<void> {
    if (this.#stage === "given up") return this.ended;
    this.#stage = "given up";
    await this.#report(neverRan, cause, "");
  }

  async #kill(cause: ShutDownCause): Promise<void> {
    this.#ending ??= cause;
    if (this.#launched !== null) killGroup(this.#target(this.#launched));
    await this.ended;
  }

  #target({ process, exited }: LaunchedPod) {
    return { mark: this.#mark, process, exited };
  }

  get #mark(): PodMark {
    const { order, setting } = this.#options;
    return { pod: order.pod, stateDir: setting.layout.stateDir };
  }

  async #conclude(exit: RawExit): Promise<void> {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    const { order, setting } = this.#options;
    const leftovers = await killLeftovers(this.#mark);
    if (leftovers > 0) setting.note(`${order.spec.name} left ${leftovers} processes; ended`);
    const cause = await this.#causeOf(exit);
    const isOrderly = cause === "finished" || cause === "requested";
    await this.#report(exit, cause, isOrderly ? "" : await this.#lastOutput());
  }

  async #report(exit: RawExit, cause: ShutDownCause, lastOutput: string): Promise<void> {
    const { order, setting, report } = this.#options;
    const { pod, generation, spec } = order;
    const podExit: PodExit = { ...exit, cause, dirty: await this.#dirty(), lastOutput };
    // Of a pod that never was ready nobody above has heard: its spawn is what fails.
    const booted = await this.#launched?.booted;
    const isKnown = generation > 1 || booted?.kind === "ready";
    const lastSeq = isKnown ? seqOfShutDown(pod, setting) : 0;
    const reported = await report("host.exited", { pod, generation, exit: podExit, lastSeq });
    this.#resolveEnded();
    if (reported.ok && reported.value.restarts) return;
    const words = { pod, name: spec.name, generation, exit: podExit, lastSeq };
    void sayLastWords(words, setting).catch(setting.onFault);
  }

  /** The pod's own word if it left one, else what this host did, else what the signal says. */
  async #causeOf(exit: RawExit): Promise<ShutDownCause> {
    const own = await readExitFile(this.#layout.exitFile, this.#options.order.generation);
    const isUnseen = exit.code === null && exit.signal === null;
    if (own !== null && (exit.code === 0 || isUnseen)) return own;
    if (this.#ending !== null) return this.#ending;
    if (isUnseen) return "lost";
    return exit.signal === "SIGKILL" ? "killed" : "crashed";
  }

  async #dirty(): Promise<string[]> {
    if (this.#worktree === null || this.#options.order.spec.isolation === "directory") return [];
    const { order, setting } = this.#options;
    try {
      const dirty = await listDirty(gitIn(this.#worktree), order.spec.setup?.link ?? []);
      return dirty.slice(0, maxDirtyReported).map((file) => file.path);
    } catch (fault) {
      // Somebody took the worktree away, or broke it: the pod has ended all the same.
      setting.note(`${order.spec.name}: what it left cannot be told: ${String(fault)}`);
      return [];
    }
  }

  async #lastOutput(): Promise<string> {
    const texts = await Promise.all([tail(this.#layout.stderr), tail(this.#layout.output)]);
    return texts.join("\n").trim().slice(-maxLastOutputCharacters);
  }
}

/** A pod that needs its whole deadline still has to write and close. */
const shutdownSlackMs = 1_000;

async function readExitFile(path: string, generation: number): Promise<ShutDownCause | null> {
  const text = await tail(path);
  if (text === "") return null;
  const parsed = ExitFile.safeParse(JSON.parse(text));
  return parsed.success && parsed.data.generation === generation ? parsed.data.cause : null;
}

/** Empty for a file that was never written. */
async function tail(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    return text.slice(-maxLastOutputCharacters);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw cause;
  }
}
