/**
 * The store interface of the shared log, and the record it keeps: one batch of events, whose
 * encoded payload is what the chain signs and what every store keeps byte for byte.
 */
import type { LogEvent } from "../core/event.ts";

/** A batch as it is kept. */
export interface StoredBatch {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Log time of the last event. */
  readonly atMs: number;
  /** Hash of the batch before, 64 hex digits; zeros for the first. */
  readonly prevHash: string;
  /** SHA-256 over prevHash, firstSeq and payload, 64 hex digits. */
  readonly hash: string;
  readonly payload: Uint8Array;
}

/** A batch with its events decoded. */
export interface Batch extends StoredBatch {
  readonly events: readonly LogEvent[];
}

/** The end of the log. An empty one is at seq 0, time 0 and a hash of zeros. */
export interface LogHead {
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
}

export interface ReadRange {
  readonly fromSeq: number;
  /** Events wanted. */
  readonly limit: number;
}

export type Appended = { readonly ok: true } | { readonly ok: false; readonly conflict: LogHead };

/**
 * One workspace's events, append-only. All methods reject with a `LogFault` or the store's own
 * error when I/O goes wrong; after a rejected append it is unknown whether the batch is kept.
 */
export interface Log {
  head(): Promise<LogHead>;
  /** One durable write; answers the true head instead if `expectedSeq` is not the last seq. */
  append(batch: Batch, expectedSeq: number): Promise<Appended>;
  /**
   * Whole batches in order, beginning with the one that holds `fromSeq`, until they hold `limit`
   * events from there on or `maxReadBytes`; empty past the head. Each batch and each link between
   * them is verified; the first bad one rejects with the code `corrupt` and its seq.
   */
  read(range: ReadRange): Promise<readonly Batch[]>;
  close(): Promise<void>;
}
