/**
 * The snapshot file of one server: written now and then while it serves, read when it comes up, and
 * at times torn. Real are the encoding and the check that a snapshot is of this log.
 */
import {
  decodeSnapshot,
  encodeSnapshot,
  isOnLog,
  type Snapshot,
  type Snapshots,
} from "../../../packages/coordinator/src/log/snapshot.ts";
import type { Log } from "../../../packages/coordinator/src/log/log.ts";
import type { Random } from "./random.ts";
import type { StoreUser } from "./store.ts";
import type { World } from "./world.ts";

const foldVersion = "simulated";

export class SnapshotDisk implements Snapshots {
  readonly #world: World;
  readonly #user: StoreUser;
  readonly #random: Random;
  #bytes: Buffer | null = null;
  #nextSeq = 0;

  constructor(world: World, user: StoreUser) {
    this.#world = world;
    this.#user = user;
    this.#random = world.random.fork(`snapshots of ${user.name}`);
  }

  async load(log: Log): Promise<Snapshot | null> {
    const snapshot = this.#decode();
    if (snapshot === null || !(await isOnLog(log, snapshot))) return null;
    this.#world.say(() => `${this.#user.name} has a snapshot of seq ${snapshot.head.seq}`);
    return snapshot;
  }

  /** Close together: a run has about a hundred events. */
  offer(seq: number, take: () => Snapshot): void {
    if (seq < this.#nextSeq) return;
    this.#nextSeq = seq + this.#random.int(5, 50);
    const bytes = Buffer.from(encodeSnapshot(take(), foldVersion));
    const isTorn = this.#world.faults.happens("tornSnapshot");
    const written = isTorn ? bytes.subarray(0, this.#random.int(0, bytes.length - 1)) : bytes;
    this.#user.later(this.#random.fraction() * 20, () => {
      this.#bytes = written;
    });
  }

  /** Servers here never close: they die. */
  async finish(): Promise<void> {}

  #decode(): Snapshot | null {
    if (this.#bytes === null) return null;
    try {
      // A copy, as a read of a file is: numbers that are decoded stay in the bytes they lay in.
      return decodeSnapshot(Buffer.from(this.#bytes), foldVersion);
    } catch (error) {
      this.#world.say(() => `${this.#user.name} cannot use its snapshot: ${String(error)}`);
      return null;
    }
  }
}
