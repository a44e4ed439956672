/**
 * The chain that makes the log tamper-evident: each batch is hashed once, over the hash before it
 * and
 * its own bytes. One hash a batch, not one an event: SHA-256 calls cost 1.3 µs an event (0.8 µs for
 * the bytes alone in one call), and the batch is the unit that is kept, read and repaired.
 */
import { hash } from "node:crypto";
import { readPageEvents } from "../limits.ts";
import type { LogEvent } from "../core/event.ts";
import { decodeEvents, joinEvents } from "./encoding.ts";
import { corruptRecord, LogFault } from "./log-fault.ts";
import type { Batch, Log, LogHead, StoredBatch } from "./log.ts";

export const emptyHead: LogHead = { seq: 0, hash: "0".repeat(64), atMs: 0 };

/** The record that holds these events next after `head`. `texts` are the events, encoded. */
export function sealBatch(
  head: LogHead,
  events: readonly LogEvent[],
  texts: readonly string[],
): Batch {
  const firstSeq = head.seq + 1;
  const lastSeq = head.seq + events.length;
  const atMs = events.at(-1)?.atMs ?? head.atMs;
  const payload = joinEvents(texts);
  const link = linkHash(head.hash, firstSeq, payload);
  return { firstSeq, lastSeq, atMs, prevHash: head.hash, hash: link, payload, events };
}

/** Verifies a kept record against its own hash and columns, and decodes it. */
export function openBatch(stored: StoredBatch): Batch {
  const { firstSeq, lastSeq, atMs, prevHash, payload } = stored;
  if (linkHash(prevHash, firstSeq, payload) !== stored.hash) {
    throw corruptRecord(firstSeq, "its bytes do not match its hash");
  }
  const events = decodeEvents(firstSeq, payload);
  if (firstSeq + events.length - 1 !== lastSeq || events.at(-1)?.atMs !== atMs) {
    throw corruptRecord(firstSeq, "its last seq or time does not match its events");
  }
  return { firstSeq, lastSeq, atMs, prevHash, hash: stored.hash, payload, events };
}

export function headOf(batch: StoredBatch): LogHead {
  return { seq: batch.lastSeq, hash: batch.hash, atMs: batch.atMs };
}

/** Throws unless the batch comes directly after `head`: nothing missing, doubled or replaced. */
export function checkLink(head: LogHead, batch: StoredBatch): void {
  if (batch.firstSeq !== head.seq + 1) {
    const found = `it is followed by ${batch.firstSeq}, not by ${head.seq + 1}`;
    throw corruptRecord(head.seq + 1, `it is missing or doubled (after ${head.seq}, ${found})`);
  }
  if (batch.prevHash !== head.hash) {
    throw corruptRecord(batch.firstSeq, "it does not continue the record before it");
  }
}

/** What a walk over the whole log found. */
export type ChainReport =
  | { readonly ok: true; readonly head: LogHead }
  | { readonly ok: false; readonly badSeq: number; readonly reason: string };

/**
 * Walks the whole log in pages and names the first bad record. It cannot see that whole records
 * are missing from the end; for that, compare the head with one kept elsewhere.
 */
export async function verifyChain(log: Log): Promise<ChainReport> {
  let head = emptyHead;
  try {
    for (;;) {
      const batches = await log.read({ fromSeq: head.seq + 1, limit: readPageEvents });
      if (batches.length === 0) return { ok: true, head };
      for (const batch of batches) {
        checkLink(head, batch);
        head = headOf(batch);
      }
    }
  } catch (error) {
    if (!(error instanceof LogFault) || error.code !== "corrupt") throw error;
    return { ok: false, badSeq: error.seq ?? head.seq + 1, reason: error.message };
  }
}

export function linkHash(prevHash: string, firstSeq: number, payload: Uint8Array): string {
  const header = Buffer.from(`${prevHash}:${firstSeq}:`);
  return hash("sha256", Buffer.concat([header, payload]), "hex");
}
