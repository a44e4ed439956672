/**
 * Where on the log the first answers of one client's last commands are. What comes from a snapshot
 * stays as it lies there, and so costs a start nothing.
 */
import { keptAnswers } from "../limits.ts";
import type { Undo } from "./undo.ts";

/** The event that carries the first answer to command `n` of a client. */
export interface FirstAnswer {
  readonly n: number;
  readonly seq: number;
}

export interface KeptAnswers {
  /** By slot: n modulo `keptAnswers`, so that nothing need be searched for to be dropped. */
  readonly recent: Map<number, FirstAnswer>;
  /** n and seq of those from a snapshot, by rising slot; what is in `recent` replaces them. */
  readonly places: Float64Array;
}

export function noAnswers(places: Float64Array = new Float64Array(0)): KeptAnswers {
  return { recent: new Map(), places };
}

export function findKept({ recent, places }: KeptAnswers, n: number): FirstAnswer | undefined {
  const slot = slotOf(n);
  const kept = recent.get(slot) ?? placeIn(places, slot);
  return kept?.n === n ? kept : undefined;
}

export function keepAnswer({ recent }: KeptAnswers, answer: FirstAnswer, undo: Undo): void {
  undo.put(recent, slotOf(answer.n), answer);
}

/** All of them, as `places`. */
export function placesOf({ recent, places }: KeptAnswers): Float64Array {
  if (recent.size === 0) return places;
  const kept: FirstAnswer[] = [];
  for (let at = 0; at < places.length; at += 2) {
    const place = placeAt(places, at);
    if (place !== undefined && !recent.has(slotOf(place.n))) kept.push(place);
  }
  kept.push(...recent.values());
  kept.sort((a, b) => slotOf(a.n) - slotOf(b.n));
  return Float64Array.from(kept.flatMap(({ n, seq }) => [n, seq]));
}

function slotOf(n: number): number {
  return n % keptAnswers;
}

function placeIn(places: Float64Array, slot: number): FirstAnswer | undefined {
  let [low, high] = [0, places.length / 2];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (slotOf(places[middle * 2] ?? 0) < slot) low = middle + 1;
    else high = middle;
  }
  const place = placeAt(places, low * 2);
  return place !== undefined && slotOf(place.n) === slot ? place : undefined;
}

function placeAt(places: Float64Array, at: number): FirstAnswer | undefined {
  const [n, seq] = [places[at], places[at + 1]];
  return n === undefined || seq === undefined ? undefined : { n, seq };
}
