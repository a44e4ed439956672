/**
 * The first answers of one client's last commands. Those from before a snapshot stay as they lie in
 * it, by their places on the log, and cost a start nothing until somebody asks for one.
 */
import { keptAnswers } from "../limits.ts";
import type { Undo } from "./undo.ts";

export interface FirstAnswer {
  readonly n: number;
  /** Of the event that carries it. */
  readonly seq: number;
  /** Absent after a start from a snapshot: it is on the log. */
  readonly answer?: unknown;
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

/** Brings an answer back to memory. Not a change of the state: it was always part of it. */
export function recallKept(answers: KeptAnswers, answer: FirstAnswer): void {
  const kept = findKept(answers, answer.n);
  if (kept?.seq === answer.seq) answers.recent.set(slotOf(answer.n), answer);
}

/** Where each answer is on the log, not what it is; as `places`. */
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
