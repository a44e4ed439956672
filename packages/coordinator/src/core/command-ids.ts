/**
 * The state slice that makes repeats harmless: where on the log the first answer of each client's
 * last commands lies. The answers themselves stay there: a repeat is rare, and a thousand answers a
 * client are not. It never decides whether a command is allowed.
 */
import { refused } from "@podlane/protocol";
import type { CommandId, Outcome } from "@podlane/protocol";
import { answerRetentionMs, answerSweepMs, keptAnswers, maxCommandClients } from "../limits.ts";
import type { Actor, LogEvent } from "./event.ts";
import type { Undo } from "./undo.ts";

/** Places that a new client has: a power of two, as is `keptAnswers`. */
const firstRoom = 8;

/** The event that carries the first answer to command `n` of a client. */
export interface FirstAnswer {
  readonly n: number;
  readonly seq: number;
}

interface ClientAnswers {
  readonly actor: Actor;
  /**
   * n and seq of each, at n modulo their room, which grows to `keptAnswers`: nothing need be
   * searched for to be dropped. An n of 0 is an empty place.
   */
  places: Float64Array;
  highestN: number;
  lastSeenMs: number;
}

export interface CommandIds {
  readonly clients: Map<string, ClientAnswers>;
  nextSweepMs: number;
}

export function newCommandIds(): CommandIds {
  return { clients: new Map(), nextSweepMs: 0 };
}

/** What a snapshot held. Its arrays are views of its bytes, which are not ours to change. */
export function restoreCommandIds(ids: CommandIds): CommandIds {
  for (const client of ids.clients.values()) client.places = client.places.slice();
  return ids;
}

/**
 * What a command id already settles, or nothing if the command is to be decided: the place of its
 * first answer for a repeat, `conflict` for an n that is older than the answers kept or for a
 * client id that belongs to another actor (who must not be given its answers).
 */
export function findAnswer(
  ids: CommandIds,
  id: CommandId,
  actor: Actor,
): FirstAnswer | Outcome<never> | undefined {
  const client = ids.clients.get(id.client);
  if (client === undefined) return ids.clients.size < maxCommandClients ? undefined : tooMany();
  if (client.actor.id !== actor.id || client.actor.role !== actor.role) {
    return refused("conflict", `client id ${id.client} is in use by another actor; choose another`);
  }
  const at = placeOf(client.places, id.n);
  if (client.places[at] === id.n) return { n: id.n, seq: client.places[at + 1] ?? 0 };
  if (id.n > client.highestN - keptAnswers) return undefined;
  return refused(
    "conflict",
    `command ${id.n} of client ${id.client} is older than its last ${keptAnswers}; ` +
      `its highest is ${client.highestN}; use a higher number`,
  );
}

/** Remembers which event carries the answer, and forgets clients not seen for the retention. */
export function evolveCommandIds(ids: CommandIds, event: LogEvent, undo: Undo): void {
  if (event.atMs >= ids.nextSweepMs) sweep(ids, event.atMs, undo);
  if (event.commandId === undefined || event.answer === undefined) return;
  const { client: name, n } = event.commandId;
  const client = ids.clients.get(name) ?? addClient(ids, name, event, undo);
  makeRoom(client, n, undo);
  const at = placeOf(client.places, n);
  undo.assign(client.places, at, n);
  undo.assign(client.places, at + 1, event.seq);
  if (n > client.highestN) undo.assign(client, "highestN", n);
  if (event.atMs !== client.lastSeenMs) undo.assign(client, "lastSeenMs", event.atMs);
}

function addClient(ids: CommandIds, name: string, event: LogEvent, undo: Undo): ClientAnswers {
  const client: ClientAnswers = {
    actor: event.actor,
    places: new Float64Array(2 * firstRoom),
    highestN: 0,
    lastSeenMs: event.atMs,
  };
  undo.put(ids.clients, name, client);
  return client;
}

function placeOf({ length }: Float64Array, n: number): number {
  return 2 * (n % (length / 2));
}

/** Only a full ring drops an answer: a smaller one is doubled until the place of `n` is free. */
function makeRoom(client: ClientAnswers, n: number, undo: Undo): void {
  let { places } = client;
  while (places.length < 2 * keptAnswers && isTaken(places, n)) places = doubled(places);
  if (places !== client.places) undo.assign(client, "places", places);
}

function isTaken(places: Float64Array, n: number): boolean {
  const found = places[placeOf(places, n)];
  return found !== 0 && found !== n;
}

function doubled(places: Float64Array): Float64Array {
  const grown = new Float64Array(2 * places.length);
  for (let from = 0; from < places.length; from += 2) {
    const [n = 0, seq = 0] = places.subarray(from, from + 2);
    if (n > 0) grown.set([n, seq], placeOf(grown, n));
  }
  return grown;
}

function sweep(ids: CommandIds, nowMs: number, undo: Undo): void {
  undo.assign(ids, "nextSweepMs", nowMs + answerSweepMs);
  for (const [name, client] of ids.clients) {
    if (client.lastSeenMs + answerRetentionMs <= nowMs) undo.remove(ids.clients, name);
  }
}

function tooMany(): Outcome<never> {
  return refused(
    "busy",
    `${maxCommandClients} clients gave command ids in the last day; reuse a client id or try later`,
  );
}
