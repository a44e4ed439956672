/**
 * The state slice that makes repeats harmless: where on the log the first answer of each client's
 * last commands lies. The answers themselves stay there: a repeat is rare, and a thousand answers a
 * client are not. It never decides whether a command is allowed.
 */
import { refused } from "@podlane/protocol";
import type { CommandId, Outcome } from "@podlane/protocol";
import { answerRetentionMs, answerSweepMs, keptAnswers, maxCommandClients } from "../limits.ts";
import type { Actor, LogEvent } from "./event.ts";
import {
  type FirstAnswer,
  findKept,
  keepAnswer,
  type KeptAnswers,
  noAnswers,
  placesOf,
} from "./kept-answers.ts";
import type { Undo } from "./undo.ts";

interface ClientAnswers {
  readonly actor: Actor;
  readonly answers: KeptAnswers;
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
  const kept = findKept(client.answers, id.n);
  if (kept !== undefined) return kept;
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
  keepAnswer(client.answers, { n, seq: event.seq }, undo);
  if (n > client.highestN) undo.assign(client, "highestN", n);
  if (event.atMs !== client.lastSeenMs) undo.assign(client, "lastSeenMs", event.atMs);
}

function addClient(ids: CommandIds, name: string, event: LogEvent, undo: Undo): ClientAnswers {
  const client: ClientAnswers = {
    actor: event.actor,
    answers: noAnswers(),
    highestN: 0,
    lastSeenMs: event.atMs,
  };
  undo.put(ids.clients, name, client);
  return client;
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

/** As it lies in a snapshot. */
export interface PackedCommandIds {
  readonly nextSweepMs: number;
  readonly clients: readonly PackedClient[];
}

interface PackedClient extends Omit<ClientAnswers, "answers"> {
  readonly name: string;
  readonly places: Float64Array;
}

export function packCommandIds({ clients, nextSweepMs }: CommandIds): PackedCommandIds {
  const packed = Array.from(clients, ([name, { answers, ...client }]) => {
    return { name, ...client, places: placesOf(answers) };
  });
  return { nextSweepMs, clients: packed };
}

export function unpackCommandIds({ clients, nextSweepMs }: PackedCommandIds): CommandIds {
  const unpacked = clients.map(({ name, places, ...client }) => {
    return [name, { ...client, answers: noAnswers(places) }] as const;
  });
  return { nextSweepMs, clients: new Map(unpacked) };
}
