/**
 * The part of reading that every store shares: open each record, check each link, stop at the
 * bound.
 */
import { maxReadBytes } from "../limits.ts";
import { checkLink, headOf, openBatch } from "./hash-chain.ts";
import type { Batch, ReadRange, StoredBatch } from "./log.ts";
import { unpackedBytes } from "./packing.ts";

/** Takes records from the front of `stored`, which begins with the one that holds `fromSeq`. */
export function takePage(stored: Iterable<StoredBatch>, range: ReadRange): Batch[] {
  const page: Batch[] = [];
  let bytes = 0;
  for (const record of stored) {
    const before = page.at(-1);
    if (before !== undefined) checkLink(headOf(before), record);
    page.push(openBatch(record));
    bytes += unpackedBytes(record.payload);
    if (record.lastSeq - range.fromSeq + 1 >= range.limit || bytes >= maxReadBytes) break;
  }
  return page;
}
