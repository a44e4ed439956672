/**
 * One store that several servers share, as SQLite or PostgreSQL would be: each call takes time, an
 * append is atomic and compares the head, and what dies in the middle of one leaves a torn record,
 * which the next to open the store must tell from a whole one and drop.
 */
import { emptyHead, headOf, openBatch } from "../../../packages/coordinator/src/log/hash-chain.ts";
import { LogFault } from "../../../packages/coordinator/src/log/log-fault.ts";
import type {
  Appended,
  Batch,
  Log,
  LogHead,
  StoredBatch,
} from "../../../packages/coordinator/src/log/log.ts";
import type { StoreClock } from "../../../packages/coordinator/src/log/store-clock.ts";
import { takePage } from "../../../packages/coordinator/src/log/page.ts";
import { InjectedFault } from "./faults.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** The process at one end of a connection to the store. */
export interface StoreUser {
  readonly name: string;
  /** Dies on the spot. */
  crash(why: string): void;
  /** Runs it when the call returns, unless the process is gone by then. */
  later(delayMs: number, run: () => void): void;
}

export class Store {
  readonly #world: World;
  readonly #random: Random;
  readonly #onDurable: (record: StoredBatch) => void;
  readonly #records: StoredBatch[] = [];
  #conflicts = 0;
  #furthestMs = 0;

  /** `onDurable` is told of each record at the instant at which it can no longer be lost. */
  constructor(world: World, onDurable: (record: StoredBatch) => void) {
    this.#world = world;
    this.#random = world.random.fork("store");
    this.#onDurable = onDurable;
  }

  get head(): LogHead {
    const last = this.#records.at(-1);
    return last === undefined ? emptyHead : headOf(last);
  }

  get conflicts(): number {
    return this.#conflicts;
  }

  connect(user: StoreUser): Log {
    return {
      head: () => this.#call(user, () => this.head),
      append: (batch, expectedSeq) => this.#append(user, batch, expectedSeq),
      read: (range) => this.#call(user, () => takePage(this.#from(range.fromSeq), range)),
      close: () => Promise.resolve(),
    };
  }

  /** The clock that all replicas of this store count by, and where they tell each other theirs. */
  clockOf(user: StoreUser): StoreClock {
    return {
      nowMs: () => this.#call(user, () => this.#world.clockMs()),
      share: (logTimeMs) =>
        this.#call(user, () => {
          this.#furthestMs = Math.max(this.#furthestMs, logTimeMs);
          return this.#furthestMs;
        }),
    };
  }

  #call<T>(user: StoreUser, answer: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      user.later(this.#latencyMs(), () => {
        if (this.#world.faults.happens("failedRead")) reject(new InjectedFault("EIO on read"));
        else resolve(answer());
      });
    });
  }

  #append(user: StoreUser, batch: Batch, expectedSeq: number): Promise<Appended> {
    const { faults } = this.#world;
    return new Promise((resolve, reject) => {
      user.later(this.#latencyMs(), () => {
        if (faults.happens("crashBeforeAppend")) return user.crash("before an append");
        if (faults.happens("tornAppend")) return this.#tear(user, batch, expectedSeq);
        const isFailed = faults.happens("failedAppend");
        if (isFailed && this.#random.chance(0.5)) return reject(new InjectedFault("ENOSPC"));
        const appended = this.#put(batch, expectedSeq);
        if (faults.happens("crashAfterAppend")) return user.crash("after an append");
        if (isFailed) return reject(new InjectedFault("connection lost after an append"));
        user.later(this.#latencyMs() / 4, () => resolve(appended));
      });
    });
  }

  #put(batch: Batch, expectedSeq: number): Appended {
    const { head } = this;
    if (head.seq !== expectedSeq) {
      this.#conflicts += 1;
      return { ok: false, conflict: head };
    }
    const { firstSeq, lastSeq, atMs, prevHash, hash, payload } = batch;
    const record = { firstSeq, lastSeq, atMs, prevHash, hash, payload };
    this.#records.push(record);
    this.#onDurable(record);
    return { ok: true };
  }

  /** A part of the record is on the disk, and its writer is gone. */
  #tear(user: StoreUser, batch: Batch, expectedSeq: number): void {
    if (this.head.seq === expectedSeq) {
      const cut = batch.payload.slice(0, this.#random.int(0, batch.payload.byteLength - 1));
      this.#recover({ ...batch, payload: cut });
    }
    user.crash("in the middle of an append");
  }

  /** What every store does with its tail when it is opened after a crash. */
  #recover(tail: StoredBatch): void {
    try {
      openBatch(tail);
    } catch (error) {
      if (error instanceof LogFault && error.code === "corrupt") return;
      throw error;
    }
    this.#world.fail(`A1: a torn record at seq ${tail.firstSeq} passes for a whole one`);
  }

  #latencyMs(): number {
    const slowMs = this.#world.faults.happens("slowStore") ? this.#world.faults.lengthMs(2_000) : 0;
    return 0.1 + this.#random.fraction() * 1.5 + slowMs;
  }

  *#from(seq: number): Iterable<StoredBatch> {
    let at = this.#records.length;
    while (at > 0 && (this.#records[at - 1]?.lastSeq ?? 0) >= seq) at -= 1;
    for (; at < this.#records.length; at += 1) {
      const record = this.#records[at];
      if (record !== undefined) yield record;
    }
  }
}
