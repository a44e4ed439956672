/**
 * An ascending list of distinct numbers that changes under an undo list. It is kept in chunks, so
 * that taking the first of 100,000 moves one chunk and no more.
 */
import type { Undo } from "./undo.ts";

/** Half-full at worst. Larger chunks move more memory a change, smaller ones make the list long. */
const maxChunk = 512;

export interface SortedNumbers {
  /** Ascending, and each below the next; never empty. */
  readonly chunks: number[][];
}

export function emptyNumbers(): SortedNumbers {
  return { chunks: [] };
}

export function firstNumber({ chunks }: SortedNumbers): number | undefined {
  return chunks[0]?.[0];
}

/** Calls `visit` in ascending order until it says false. */
export function visitNumbers({ chunks }: SortedNumbers, visit: (value: number) => boolean): void {
  for (const chunk of chunks) {
    for (const value of chunk) if (!visit(value)) return;
  }
}

/** Does nothing if the number is there. */
export function insertNumber({ chunks }: SortedNumbers, value: number, undo: Undo): void {
  const at = lowerBound(chunks, (chunk) => lastOf(chunk) >= value);
  const chunk = chunks[at];
  if (chunk === undefined) return append(chunks, value, undo);
  const index = lowerBound(chunk, (one) => one >= value);
  if (chunk[index] === value) return;
  undo.insert(chunk, index, value);
  if (chunk.length > maxChunk) split(chunks, at, undo);
}

/** Does nothing if the number is not there. */
export function removeNumber({ chunks }: SortedNumbers, value: number, undo: Undo): void {
  const at = lowerBound(chunks, (chunk) => lastOf(chunk) >= value);
  const chunk = chunks[at];
  if (chunk === undefined) return;
  const index = lowerBound(chunk, (one) => one >= value);
  if (chunk[index] !== value) return;
  undo.removeAt(chunk, index);
  if (chunk.length === 0) undo.removeAt(chunks, at);
}

/** Behind all others: a full last chunk is left as it is. */
function append(chunks: number[][], value: number, undo: Undo): void {
  const last = chunks.at(-1);
  if (last === undefined || last.length >= maxChunk) undo.insert(chunks, chunks.length, [value]);
  else undo.insert(last, last.length, value);
}

function split(chunks: number[][], at: number, undo: Undo): void {
  const chunk = chunks[at];
  if (chunk === undefined) return;
  const upper = chunk.slice(maxChunk / 2);
  while (chunk.length > maxChunk / 2) undo.removeAt(chunk, chunk.length - 1);
  undo.insert(chunks, at + 1, upper);
}

function lastOf(chunk: readonly number[]): number {
  return chunk.at(-1) ?? -Infinity;
}

/** The first index at which the test holds; the test holds for all behind it. */
function lowerBound<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
