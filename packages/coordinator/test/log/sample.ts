/** Events and batches for tests of stores. */
import type { Actor, LogEvent } from "../../src/core/event.ts";
import { encodeEvent } from "../../src/log/encoding.ts";
import { emptyHead, headOf, sealBatch } from "../../src/log/hash-chain.ts";
import type { Batch, Log, LogHead } from "../../src/log/log.ts";

const actor: Actor = { role: "operator", id: "k1" };

export function sampleEvent(seq: number): LogEvent {
  const subject = seq % 3 === 0 ? "fizz" : `s${seq}`;
  return {
    seq,
    atMs: 1_000 + seq,
    v: 1,
    kind: "sampled",
    subject,
    actor,
    data: { seq, text: "é\0😀" },
  };
}

export function sampleBatch(head: LogHead, count: number): Batch {
  const events = Array.from({ length: count }, (_, index) => sampleEvent(head.seq + index + 1));
  return sealBatch(head, events, events.map(encodeEvent));
}

/** Appends batches of these sizes and returns them. */
export async function fill(log: Log, sizes: readonly number[]): Promise<Batch[]> {
  const batches: Batch[] = [];
  let head: LogHead = emptyHead;
  for (const size of sizes) {
    const batch = sampleBatch(head, size);
    await log.append(batch, head.seq);
    batches.push(batch);
    head = headOf(batch);
  }
  return batches;
}
