/**
 * Logs of real runs, kept as they were written: one line a batch, its payload as it lay in the
 * store. Beside each lies what it folded to, with everything that has no order brought into one.
 */
import { readFileSync } from "node:fs";
import type { WorkspaceState } from "../../src/core/state.ts";
import { workspaceRules } from "../../src/core/workspace-rules.ts";
import { decodeEvents } from "../../src/log/encoding.ts";
import { emptyHead, headOf, linkHash } from "../../src/log/hash-chain.ts";
import type { Batch, LogHead } from "../../src/log/log.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { Fold } from "../../src/shell/fold.ts";

const folder = new URL("golden/", import.meta.url);

export const recordedNames = ["a-day"] as const;

export function placeOf(name: string) {
  return { log: new URL(`${name}.jsonl`, folder), state: new URL(`${name}.state.json`, folder) };
}

/** The log of these payloads, chained as the store did it. */
export async function logOf(payloads: readonly string[]): Promise<MemoryLog> {
  const log = new MemoryLog();
  let head = emptyHead;
  for (const payload of payloads) {
    const batch = batchAfter(head, Buffer.from(payload));
    await log.append(batch, head.seq);
    head = headOf(batch);
  }
  return log;
}

/** Of the very bytes: not even their encoding may change. */
function batchAfter({ seq, hash: prevHash }: LogHead, payload: Uint8Array): Batch {
  const firstSeq = seq + 1;
  const events = decodeEvents(firstSeq, payload);
  const lastSeq = seq + events.length;
  const atMs = events.at(-1)?.atMs ?? 0;
  const hash = linkHash(prevHash, firstSeq, payload);
  return { firstSeq, lastSeq, atMs, prevHash, hash, payload, events };
}

export function readLog(name: string): Promise<MemoryLog> {
  return logOf(readFileSync(placeOf(name).log, "utf8").trimEnd().split("\n"));
}

export async function foldOf(log: MemoryLog): Promise<Fold<WorkspaceState>> {
  const fold = new Fold(workspaceRules);
  await fold.catchUp(log, () => {});
  return fold;
}

/** As plain JSON: maps as sorted pairs, sets as sorted lists. */
export function describeFold({ state, commandIds, head }: Fold<WorkspaceState>): unknown {
  return plain({ head, state, commandIds });
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return sorted([...value].map((pair) => pair.map(plain)));
  if (value instanceof Set) return sorted([...value].map(plain));
  if (value instanceof Float64Array) return places(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => [name, plain(one)]),
  );
}

/** Answers by their n, however much room they have. */
function places(ring: Float64Array): unknown[] {
  const pairs = Array.from({ length: ring.length / 2 }, (_, at) => [
    ring[2 * at],
    ring[2 * at + 1],
  ]);
  return pairs.filter(([n = 0]) => n > 0).toSorted(([a = 0], [b = 0]) => a - b);
}

function sorted(values: readonly unknown[]): unknown[] {
  return values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
