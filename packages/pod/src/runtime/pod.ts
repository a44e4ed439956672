/**
 * One pod process from its boot to its leaving: adopt the session, link up, serve, run turns,
 * leave. The composition root of the runtime; it holds no rule.
 */
import type { Outcome, ShutDownCause } from "@podlane/protocol";
import type { Listener } from "@podlane/protocol/node";
import { describeFault } from "../fault-text.ts";
import { servePod } from "../link/pod-server.ts";
import type { PodSetting } from "./boot-setting.ts";
import { type Children, createChildren } from "./children.ts";
import { followSteps } from "./follow-steps.ts";
import { createGrants, type Grants } from "./grants.ts";
import { createHandlers } from "./handlers.ts";
import { type CoordinatorNews, createLinks, type Links } from "./links.ts";
import { adoptSession, type OwnSession } from "./own-session.ts";
import { runOfTask, shutdownOfSignal, taskCommandId } from "./own-requests.ts";
import { createPerform } from "./perform.ts";
import { createPodWorker } from "./pod-worker.ts";
import { ReceiptWaits } from "./receipt-waits.ts";
import type { TaskWorker } from "./task-worker.ts";
import { createTerritory, type Territory } from "./territory.ts";
import { Timers } from "./timers.ts";
import { createTurns, graceMs, type Turns } from "./turns.ts";
import { warn } from "./warn.ts";
import { within } from "./within.ts";

export interface PodRuntimeOptions {
  readonly setting: PodSetting;
  /** The pod may end: everything it had to say is said or kept in its session. */
  readonly onLeft: (cause: ShutDownCause) => void;
  /** A broken invariant or store: the process must end at once. */
  readonly onFault: (fault: unknown) => void;
}

/** An agent gets its grace twice (SIGTERM, SIGKILL); what hangs longer hangs in the system. */
const leavePatienceMs = 2 * graceMs + 1_000;

export class PodRuntime {
  readonly #options: PodRuntimeOptions;
  readonly #own: OwnSession;
  readonly #links: Links;
  readonly #grants: Grants;
  readonly #territory: Territory;
  readonly #children: Children;
  readonly #turns: Turns;
  readonly #worker: TaskWorker | null;
  readonly #receipts = new ReceiptWaits();
  readonly #timers: Timers;
  #listener: Listener | null = null;

  constructor(options: PodRuntimeOptions) {
    const { setting, onFault } = options;
    this.#options = options;
    this.#own = adoptSession(setting);
    this.#links = createLinks(setting, this.#own, { news: this.#news(), onFault });
    this.#grants = createGrants(setting, this.#own, this.#links);
    this.#territory = createTerritory(setting, this.#own);
    const parts = {
      own: this.#own,
      links: this.#links,
      grants: this.#grants,
      territory: this.#territory,
    };
    this.#children = createChildren(setting, parts);
    this.#worker = createPodWorker(setting, this.#own, this.#links);
    const more = { children: this.#children, worker: this.#worker };
    this.#turns = createTurns(setting, { ...parts, ...more });
    const { loop } = this.#own;
    this.#timers = new Timers((name) => loop.dispatch({ kind: "timer", name }), Date.now);
    this.#driveParts();
  }

  /** Listens, connects, and takes up whatever the session says was left. */
  async start(): Promise<Outcome<{ socket: string }>> {
    const { boot } = this.#options.setting;
    const listening = await this.#serve();
    if (!listening.ok) return listening;
    this.#listener = listening.value;
    await this.#links.coordinator.open();
    return { ok: true, value: { socket: boot.socket } };
  }

  /** Begins to act: the first turn of a new pod is its task. */
  async begin(): Promise<void> {
    const { boot } = this.#options.setting;
    const { loop, session } = this.#own;
    loop.dispatch({ kind: "booted", agentResumes: false });
    this.#links.parent.nudge();
    if (boot.spec.task !== null && session.commands.find(taskCommandId) === null) {
      const outcome = await loop.request(runOfTask(boot, boot.spec.task));
      if (!outcome.ok) warn(`the task was not started: ${outcome.error.message}`);
    }
    await this.#worker?.open();
  }

  /** As the method `shutdown`, for the host's signal. */
  shutDown(deadlineMs: number): void {
    void this.#own.loop.request(shutdownOfSignal(deadlineMs));
  }

  async #leave(cause: ShutDownCause): Promise<void> {
    this.#worker?.close();
    this.#timers.clearAll();
    // Whatever does not let go in time ends with the process; the log ends the claims with the pod.
    await within(leavePatienceMs, () => this.#turns.stop());
    this.#grants.claims.forget();
    this.#own.loop.close();
    await this.#links.close();
    await this.#listener?.close();
    this.#own.close();
    this.#options.onLeft(cause);
  }

  /** Answered by parts that are made after the link which brings it. */
  #news(): CoordinatorNews {
    const { loop } = this.#own;
    return {
      logEvent: (event) => this.#grants.takeLogEvent(event),
      grantPushed: () => this.#grants.claims.grantPushed(),
      taskLost: (lost) => this.#worker?.lost(lost),
      claimLost: (claim) => this.#grants.claims.lost(claim),
      lost: () => loop.dispatch({ kind: "coordinator_lost" }),
      found: () => {
        loop.dispatch({ kind: "coordinator_found" });
        this.#grants.coordinatorFound();
        this.#links.parent.nudge();
      },
    };
  }

  #serve(): Promise<Outcome<Listener>> {
    const { boot, key, version } = this.#options.setting;
    return servePod({
      socket: boot.socket,
      pod: boot.pod,
      name: boot.spec.name,
      key,
      version,
      handlers: createHandlers({
        own: this.#own,
        receipts: this.#receipts,
        children: this.#children,
        runner: this.#turns.runner,
      }),
      kinship: {
        pod: boot.pod,
        parent: boot.parent,
        isBeneath: (pod) => this.#own.loop.state.registry.has(pod),
        coordinator: this.#links.coordinator,
      },
      onDenied: (tool, { code, message: text }) => this.#turns.denials.add({ tool, code, text }),
      onFault: ({ method, error }) => warn(`${method} failed: ${describeFault(error)}`),
    });
  }

  /** From here on what the controller decides is done: sent, shown, run, and at last left. */
  #driveParts(): void {
    const { loop, streams } = this.#own;
    const { pod, generation } = this.#options.setting.boot;
    const { onFault } = this.#options;
    loop.drive({
      perform: createPerform({
        pod,
        generation,
        dispatch: (input) => loop.dispatch(input),
        reporter: this.#links.reporter,
        slot: this.#grants.slot,
        runner: this.#turns.runner,
        ending: this.#turns.ending,
        timers: this.#timers,
        receipts: this.#receipts,
        streams,
        leave: (cause) => void this.#leave(cause).catch(onFault),
        onFault,
      }),
      onEmit: (events) => this.#links.parent.offer(events),
      onStep: followSteps({
        waits: this.#turns.waits,
        scope: this.#territory.scope,
        streams,
        usage: this.#turns.usage,
        drops: this.#children.drops,
        consumed: this.#children.consumed,
        worker: this.#worker,
      }),
    });
  }
}
