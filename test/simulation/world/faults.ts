/**
 * What can go wrong, and how often where it is turned on. Each seed turns a random part of the list
 * on: a run with few kinds of fault goes deeper into each of them.
 */
import type { Random } from "./random.ts";

/** Probability each time that the fault could happen: see the comment for when that is. */
export const faultRates = {
  /** Per append: the process dies and nothing is written. */
  crashBeforeAppend: 0.008,
  /** Per append: the batch is durable, and the process dies before anybody hears of it. */
  crashAfterAppend: 0.008,
  /** Per append: half of the record reaches the disk before the process dies. */
  tornAppend: 0.008,
  /** Per append: the store answers with an error, having written or not. */
  failedAppend: 0.006,
  /** Per read or head: the store answers with an error. */
  failedRead: 0.002,
  /** Per store call: it takes up to two seconds. */
  slowStore: 0.02,
  /** Per second and server: the process dies between two things. */
  crashedServer: 0.02,
  /** Per second and server: the process stands still for up to half a minute. */
  pausedServer: 0.02,
  /** Per frame. */
  lostFrame: 0.05,
  duplicatedFrame: 0.05,
  /** Per frame: it is overtaken by others, for up to three seconds. */
  delayedFrame: 0.05,
  /** Per second: the store's clock jumps by up to an hour, either way. */
  clockJump: 0.05,
  /** Per thought of an agent: it stands still for up to twelve seconds, whatever it holds. */
  pausedAgent: 0.04,
  /** Per thought of an agent: its process dies; a new one with the same name comes. */
  crashedAgent: 0.01,
  /** Per step of a pod: its process dies. */
  crashedPod: 0.02,
  /** Per order to a host, or grant pushed: its answer never comes. */
  deafPeer: 0.3,
  /** Per snapshot: only a part of it is on the disk. */
  tornSnapshot: 0.2,
  /** Per thought of a worker: nothing is heard of it for so long that it counts as dead. */
  silentWorker: 0.04,
} as const;

export type FaultKind = keyof typeof faultRates;
export const faultKinds = Object.keys(faultRates) as readonly FaultKind[];

export class Faults {
  readonly #active: ReadonlySet<FaultKind>;
  readonly #random: Random;
  /** False at the beginning and at the end of a run, so that it starts and comes to rest. */
  isOn = false;

  constructor(active: readonly FaultKind[], random: Random) {
    this.#active = new Set(active);
    this.#random = random;
  }

  happens(kind: FaultKind): boolean {
    return this.isOn && this.#active.has(kind) && this.#random.chance(faultRates[kind]);
  }

  isActive(kind: FaultKind): boolean {
    return this.#active.has(kind);
  }

  /** Up to so long, for faults that take time. */
  lengthMs(maxMs: number): number {
    return this.#random.fraction() * maxMs;
  }
}

/** A failure that the simulation made: whoever stops because of it has done well. */
export class InjectedFault extends Error {
  override readonly name = "InjectedFault";
}
