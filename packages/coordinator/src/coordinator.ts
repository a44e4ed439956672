/**
 * One coordinator, put together: a log, the replica that folds and writes it, and everything that
 * connections need of it. Opens no socket and reads no environment: `serve` is whoever composes it.
 */
import {
  acceptPeer,
  type CoordinatorMethods,
  type Handlers,
  type HostId,
  type HostOrderMethods,
  type Outcome,
  type Peer,
  type PodId,
  type RegistrationId,
  type ResultOf,
  servedResources,
  type Transport,
} from "@podlane/protocol";
import { wantedOrders } from "./core/effects.ts";
import type { LogEvent } from "./core/event.ts";
import { checkInvariants } from "./core/invariants.ts";
import { livingPods } from "./core/pods/tree.ts";
import type { WorkspaceState } from "./core/state.ts";
import { isThere } from "./core/sessions/presence.ts";
import { lostBy } from "./core/tasks/lost.ts";
import { countOpen } from "./core/tasks/tasks-slice.ts";
import { findClaimView } from "./core/views/claim-view.ts";
import { lostClaim } from "./core/claims/expiry.ts";
import {
  acceptMethod,
  attachMethod,
  verdictMethod,
  workspaceRules,
} from "./core/workspace-rules.ts";
import { defaultDeadAfterMs } from "./limits.ts";
import type { ReplicaLeases } from "./log/replica-leases.ts";
import type { Log } from "./log/log.ts";
import type { SnapshotFile } from "./log/snapshot.ts";
import { SubjectIndex } from "./log/subject-index.ts";
import { authenticate } from "./shell/authenticate.ts";
import { followHead } from "./shell/follow-head.ts";
import { GrantPush } from "./shell/grant-push.ts";
import { createHandlers } from "./shell/handlers.ts";
import { HostOrders } from "./shell/host-orders.ts";
import { topicsOf } from "./shell/key-history.ts";
import { LogWatches } from "./shell/log-watch.ts";
import {
  askedMethods,
  type AskedMethods,
  type ServedMethods,
  servedMethods,
} from "./shell/methods.ts";
import { openReplica, type Replica } from "./shell/replica.ts";
import { Sessions } from "./shell/sessions.ts";
import { Silence } from "./shell/silence.ts";
import type { StoreClock } from "./log/store-clock.ts";
import { StateWaits } from "./shell/state-waits.ts";
import { startTicker } from "./shell/ticker.ts";
import { type ChainReport, verifyChain } from "./log/hash-chain.ts";

export interface CoordinatorOptions {
  readonly log: Log;
  /** Where it is kept, for people: a path, or a URL without its password. */
  readonly store: string;
  readonly key: Uint8Array;
  readonly version: string;
  readonly stateDir: string;
  readonly socket: string;
  /** Silence after which an outside agent is dead; 15 minutes if not given. */
  readonly deadAfterMs?: number;
  /** Where copies of the fold are kept; without it a start folds the whole log. */
  readonly snapshots?: SnapshotFile | undefined;
  /** By which log time moves: the store's. */
  readonly clock: StoreClock;
  /** True where no other process can append. */
  readonly soleWriter: boolean;
  /** Who else serves this log; absent where nobody can. */
  readonly leases?: ReplicaLeases;
  /** Calls back when others may have appended; returns what ends that. */
  readonly onHint?: (hint: (seq: number) => void) => () => void;
  /** A broken invariant or store: the process must end, its supervisor starts it again. */
  readonly onFault: (fault: unknown) => void;
  /** Something odd that stops nothing, for the process's own log. */
  readonly onNote: (note: string) => void;
  /** The operator asked the server to end. */
  readonly onStop: () => void;
}

export interface Coordinator {
  /** Serves one connection, whoever it turns out to be. */
  accept(transport: Transport): void;
  /** Connections, living pods and open tasks right now; all zero: nobody needs this process. */
  demand(): { readonly clients: number; readonly livingPods: number; readonly tasks: number };
  close(): Promise<void>;
}

/** Folds the log and starts to serve. Rejects with the log's fault. */
export async function openCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { log, clock, soleWriter, onFault, snapshots } = options;
  const rules = workspaceRules;
  const replica = await openReplica({ log, rules, clock, onFault, soleWriter, snapshots });
  const broken = checkInvariants(replica.state);
  if (broken.length > 0) throw new Error(`the log folds to a broken state: ${broken.join("; ")}`);
  return new RunningCoordinator(options, replica);
}

class RunningCoordinator implements Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #replica: Replica<WorkspaceState>;
  readonly #waits = new StateWaits<WorkspaceState>();
  readonly #watches: LogWatches;
  readonly #orders: HostOrders<WorkspaceState>;
  readonly #grants: GrantPush;
  readonly #sessions: Sessions;
  readonly #silence: Silence;
  readonly #peers = new Set<Peer<AskedMethods>>();
  readonly #handlers: Handlers<ServedMethods, AskedMethods>;
  readonly #stopTimers: (() => void)[];
  readonly #startedAtMs = Date.now();

  constructor(options: CoordinatorOptions, replica: Replica<WorkspaceState>) {
    this.#options = options;
    this.#replica = replica;
    this.#watches = new LogWatches(replica, options.onFault);
    this.#orders = new HostOrders({
      wanted: wantedOrders,
      onRefused: (order, message) => options.onNote(`${order.key} was refused: ${message}`),
    });
    this.#grants = new GrantPush((claim, fence) => {
      const actor = { role: "system", id: "grants" } as const;
      void replica.submit({ method: acceptMethod, params: { claim, fence }, actor });
    });
    const nowMs = () => replica.logTimeMs;
    this.#sessions = new Sessions({
      nowMs,
      onBound: (registration, peer) => this.#arrive(registration, peer),
    });
    this.#silence = new Silence({
      nowMs,
      deadAfterMs: this.#deadAfterMs,
      lastHeardMs: (registration) => this.#sessions.lastHeardMs(registration),
      leases: options.leases,
    });
    this.#handlers = this.#createHandlers();
    replica.subscribe((events, state) => this.#publish(events, state));
    this.#stopTimers = [startTicker({ tick: () => this.#tick() })];
    if (!options.soleWriter) this.#stopTimers.push(followHead(replica, options.onHint));
  }

  accept(transport: Transport): void {
    const { key, version, onFault, onNote } = this.#options;
    const accepting = acceptPeer(transport, {
      authenticate: (hello) => authenticate(hello, key),
      welcome: { name: "podlane-coordinator", version, features: Object.keys(servedResources) },
      serves: servedMethods,
      handlers: this.#handlers,
      calls: askedMethods,
      // Answered `internal`: one caller's trouble. A broken fold or store stops the replica itself.
      onFault: ({ method, error }) => onNote(`${method} failed: ${describeFault(error)}`),
    });
    accepting
      .then((outcome) => {
        if (outcome.ok) this.#welcome(outcome.value);
      })
      .catch(onFault);
  }

  demand() {
    const tasks = countOpen(this.#replica.state.tasks);
    return { clients: this.#peers.size, livingPods: this.#livingPods, tasks };
  }

  async close(): Promise<void> {
    for (const stop of this.#stopTimers) stop();
    await this.#replica.close();
    this.#waits.close();
    this.#watches.close();
    for (const peer of this.#peers) peer.close();
  }

  get #deadAfterMs(): number {
    return this.#options.deadAfterMs ?? defaultDeadAfterMs;
  }

  get #livingPods(): number {
    return livingPods(this.#replica.state).length;
  }

  /** Orders that hosts did not take are given again, and silence is noticed, with no event too. */
  async #tick(): Promise<Outcome<unknown>> {
    const outcome = await this.#replica.tick();
    if (!outcome.ok) return outcome;
    this.#orders.dispatch(this.#replica.state);
    this.#noticeSilence(this.#replica.state);
    return outcome;
  }

  #noticeSilence(state: WorkspaceState): void {
    const { leases } = this.#options;
    const actor = { role: "system", id: "heartbeats" } as const;
    const propose = (method: string, params: unknown) =>
      void this.#replica.submit({ method, params, actor });
    const { attach, verdicts } = this.#silence.look(state);
    if (attach.length > 0) propose(attachMethod, { replica: leases?.id, registrations: attach });
    for (const verdict of verdicts) propose(verdictMethod, verdict);
    this.#sessions.keepOnly((id) => isThere(state, id));
  }

  #createHandlers(): Handlers<ServedMethods, AskedMethods> {
    const { onStop, onFault, store, stateDir, socket, version, log } = this.#options;
    return createHandlers({
      replica: this.#replica,
      sessions: this.#sessions,
      silence: this.#silence,
      waits: this.#waits,
      watches: this.#watches,
      subjects: new SubjectIndex(log, { alsoAbout: topicsOf }),
      verify: async () => describeChain(await verifyChain(log)),
      stop: onStop,
      status: () => ({
        pid: process.pid,
        version,
        store,
        startedAtMs: this.#startedAtMs,
        logTimeMs: this.#replica.logTimeMs,
        stateDir,
        socket,
        deadAfterMs: this.#deadAfterMs,
        livingPods: this.#livingPods,
        clients: this.#peers.size,
        head: this.#replica.head().seq,
      }),
      nearHost: () => this.#orders.attached,
      onHostAttached: (hostId, call) => {
        const peer: Peer<HostOrderMethods> = call.peer;
        this.#orders.attach(hostId as HostId, peer);
        // Inside a flush the state may hold a draft; after it every order is durable.
        this.#replica.tick().then(() => this.#orders.dispatch(this.#replica.state), onFault);
      },
    });
  }

  #welcome(peer: Peer<AskedMethods>): void {
    this.#peers.add(peer);
    const principal = peer.principal;
    if (principal?.role === "pod" && principal.podId !== undefined) {
      this.#arrive(registrationOf(principal.podId), peer);
    }
    void peer.closed.then(() => this.#peers.delete(peer));
  }

  #arrive(registration: RegistrationId, peer: Peer<AskedMethods>): void {
    this.#grants.attach(registration, peer);
    this.#silence.arrived(registration);
  }

  #publish(events: readonly LogEvent[], state: WorkspaceState): void {
    this.#watches.publish(events);
    for (const event of events) {
      const lostTask = lostBy(state, event);
      if (lostTask !== null) this.#grants.tellTaskLost(lostTask);
      const lost = lostClaim(event);
      if (lost !== null) this.#grants.tellLost(lost.holder, lost.notice);
      if (event.kind !== "claim.granted") continue;
      const claim = findClaimView(state, event.subject.slice("claim:".length));
      if (claim !== undefined) this.#grants.push(claim);
    }
    this.#orders.dispatch(state);
    this.#waits.check(state);
  }
}

/** A pod's registration, across its generations, is its pod id. */
function registrationOf(pod: PodId): RegistrationId {
  return pod as string as RegistrationId;
}

function describeFault(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function describeChain(report: ChainReport): ResultOf<CoordinatorMethods, "log.verify"> {
  if (report.ok) return { ok: true, events: report.head.seq, firstBad: null, reason: "" };
  const { badSeq, reason } = report;
  return { ok: false, events: badSeq - 1, firstBad: badSeq, reason };
}
