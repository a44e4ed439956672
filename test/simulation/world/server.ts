/**
 * One coordinator process: the real replica, grant push and host orders over the simulated store.
 * It can die and stand still at any time; a new life starts from the log alone.
 */
import { type HostId, type Outcome, refused, type RegistrationId } from "@podlane/protocol";
import type { Command } from "../../../packages/coordinator/src/core/command.ts";
import { wantedOrders } from "../../../packages/coordinator/src/core/effects.ts";
import type { LogEvent } from "../../../packages/coordinator/src/core/event.ts";
import type { WorkspaceState } from "../../../packages/coordinator/src/core/state.ts";
import { lostBy } from "../../../packages/coordinator/src/core/tasks/lost.ts";
import { lostClaim } from "../../../packages/coordinator/src/core/claims/expiry.ts";
import { findClaimView } from "../../../packages/coordinator/src/core/views/claim-view.ts";
import {
  acceptMethod,
  workspaceRules,
} from "../../../packages/coordinator/src/core/workspace-rules.ts";
import { pollEveryMs, tickEveryMs } from "../../../packages/coordinator/src/limits.ts";
import { GrantPush, type PushPeer } from "../../../packages/coordinator/src/shell/grant-push.ts";
import { HostOrders, type HostPeer } from "../../../packages/coordinator/src/shell/host-orders.ts";
import { openReplica, type Replica } from "../../../packages/coordinator/src/shell/replica.ts";
import { InjectedFault } from "./faults.ts";
import type { Random } from "./random.ts";
import { SnapshotDisk } from "./snapshot-disk.ts";
import type { Store, StoreUser } from "./store.ts";
import type { World } from "./world.ts";

const restPollMs = 1_000;

export type Answer = (outcome: Outcome<unknown>) => void;

interface Life {
  readonly replica: Replica<WorkspaceState>;
  readonly grants: GrantPush;
  readonly orders: HostOrders<WorkspaceState>;
}

export interface ServerOptions {
  readonly name: string;
  readonly world: World;
  readonly store: Store;
  readonly soleWriter: boolean;
  /** Told after each flush and catch-up, when the state is what the log says and no more. */
  readonly onSettled: (server: string, replica: Replica<WorkspaceState>) => void;
  /** The same when a life begins, from the log or from a snapshot. */
  readonly onOpened: (server: string, replica: Replica<WorkspaceState>) => void;
}

export class Server implements StoreUser {
  readonly name: string;
  readonly #options: ServerOptions;
  readonly #world: World;
  readonly #random: Random;
  readonly #disk: SnapshotDisk | undefined;
  readonly #pushPeers = new Map<RegistrationId, PushPeer>();
  #lives = 0;
  #resumesAtMs = 0;
  #life: Life | null = null;
  /** Called when the process dies: connections to it break. */
  readonly #broken = new Set<() => void>();

  constructor(options: ServerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#world = options.world;
    this.#random = options.world.random.fork(options.name);
    const hasSnapshots = options.world.scenario.parts?.includes("snapshots") === true;
    this.#disk = hasSnapshots ? new SnapshotDisk(options.world, this) : undefined;
  }

  get replica(): Replica<WorkspaceState> | null {
    return this.#life?.replica ?? null;
  }

  start(): void {
    this.#lives += 1;
    const { world, store, soleWriter } = this.#options;
    const opening = openReplica({
      log: store.connect(this),
      rules: workspaceRules,
      clock: soleWriter ? { nowMs: () => world.clockMs() } : store.clockOf(this),
      soleWriter,
      snapshots: this.#disk,
      schedule: (run) => this.later(0.05 + this.#random.fraction() * 0.5, run),
      onFault: (error) => this.#stop(error),
    });
    opening.then(
      (replica) => this.#serve(replica),
      (error: unknown) => this.#stop(error),
    );
  }

  crash(why: string): void {
    this.#world.say(() => `${this.name} dies ${why}`);
    this.#lives += 1;
    this.#life = null;
    for (const broken of this.#broken) broken();
    this.#broken.clear();
    this.#world.timeline.after(20 + this.#random.int(0, 1_500), () => this.start());
  }

  pause(forMs: number): void {
    this.#world.say(() => `${this.name} stands still for ${Math.round(forMs)} ms`);
    this.#resumesAtMs = this.#world.timeline.nowMs + forMs;
  }

  later(delayMs: number, run: () => void): void {
    const life = this.#lives;
    const { timeline } = this.#world;
    const runInLife = (): void => {
      if (life !== this.#lives) return;
      const leftMs = this.#resumesAtMs - timeline.nowMs;
      if (leftMs > 0) timeline.after(leftMs, runInLife);
      else run();
    };
    timeline.after(delayMs, runInLife);
  }

  /** A frame has arrived. The answer is given within this life or never. */
  receive(command: Command, answer: Answer): void {
    this.later(0, () => {
      if (this.#life === null) return answer(refused("unavailable", `${this.name} is starting`));
      const life = this.#lives;
      void this.#life.replica.submit(command).then((outcome) => {
        if (life === this.#lives) answer(outcome);
      });
    });
  }

  /** Decides a thing of the server's own; false if nobody has: it is down or just died. */
  propose(method: string, params: unknown): Promise<boolean> {
    const actor = { role: "system", id: "heartbeats" } as const;
    const submitted = this.#life?.replica.submit({ method, params, actor });
    return submitted?.then(({ ok }) => ok) ?? Promise.resolve(false);
  }

  /** Grants of the registration are pushed to this peer from now on, across lives. */
  attachWaiter(registration: RegistrationId, peer: PushPeer): void {
    this.#pushPeers.set(registration, peer);
    this.#life?.grants.attach(registration, peer);
  }

  detachWaiter(registration: RegistrationId): void {
    this.#pushPeers.delete(registration);
  }

  /** The host's connection; `onBroken` is called when this life ends. */
  attachHost(host: HostId, peer: HostPeer, onBroken: () => void): void {
    const life = this.#life;
    if (life === null) return onBroken();
    this.#broken.add(onBroken);
    life.orders.attach(host, peer);
    void life.replica.tick().then(() => life.orders.dispatch(life.replica.state));
  }

  #serve(replica: Replica<WorkspaceState>): void {
    this.#world.say(() => `${this.name} serves from seq ${replica.head().seq}`);
    const grants = new GrantPush((claim, fence) => {
      const actor = { role: "system", id: "grants" } as const;
      void replica.submit({ method: acceptMethod, params: { claim, fence }, actor });
    });
    const orders = new HostOrders<WorkspaceState>({ wanted: wantedOrders, onRefused: () => {} });
    this.#life = { replica, grants, orders };
    for (const [registration, peer] of this.#pushPeers) grants.attach(registration, peer);
    this.#options.onOpened(this.name, replica);
    replica.subscribe((events, state) => this.#publish(events, state));
    this.#tickOn(replica);
    if (!this.#options.soleWriter) this.#followOn(replica);
  }

  /**
   * Looks now and then what others have appended, though nobody asks it anything; more seldom once
   * the faults are over, because then little happens and a look costs as much as a command.
   */
  #followOn(replica: Replica<WorkspaceState>): void {
    this.later(this.#world.isResting ? restPollMs : pollEveryMs, () => {
      void replica.catchUp();
      this.#followOn(replica);
    });
  }

  #publish(events: readonly LogEvent[], state: WorkspaceState): void {
    if (this.#life === null) return;
    const { replica, grants, orders } = this.#life;
    this.#options.onSettled(this.name, replica);
    for (const event of events) {
      const lostTask = lostBy(state, event);
      if (lostTask !== null) grants.tellTaskLost(lostTask);
      const lost = lostClaim(event);
      if (lost !== null) grants.tellLost(lost.holder, lost.notice);
      if (event.kind !== "claim.granted") continue;
      const claim = findClaimView(state, event.subject.slice("claim:".length));
      if (claim !== undefined) grants.push(claim);
    }
    orders.dispatch(state);
  }

  #tickOn(replica: Replica<WorkspaceState>): void {
    this.later(tickEveryMs, () => {
      const { faults } = this.#world;
      if (faults.happens("crashedServer")) return this.crash("between two things");
      if (faults.happens("pausedServer")) this.pause(faults.lengthMs(30_000));
      void replica.tick().then(({ ok }) => {
        if (ok) this.#life?.orders.dispatch(replica.state);
      });
      this.#tickOn(replica);
    });
  }

  #stop(error: unknown): void {
    if (!(error instanceof InjectedFault)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#world.fail(`${this.name} stopped by itself: ${text}`);
    }
    this.crash("of a fault");
  }
}
