/** A small domain for tests of the replica: locks with waiters and deadlines, and a denial. */
import { accepted, refused } from "@podlane/protocol";
import type { Refusal } from "@podlane/protocol";
import type { Command, DecideContext, Decision } from "../../src/core/command.ts";
import { type LogEvent, type NewEvent, toldByEvent } from "../../src/core/event.ts";
import type { Rules } from "../../src/core/rules.ts";
import type { Undo } from "../../src/core/undo.ts";

interface Lock {
  holder?: { who: string; fence: number; dueMs: number };
  waiters: string[];
}

export interface Toy {
  readonly locks: Map<string, Lock>;
  denials: number;
}

interface Params {
  readonly key: string;
  readonly ttlMs?: number;
  readonly size?: number;
}

const unit = (command: Command): Params => command.params as Params;

export const toyRules: Rules<Toy> = {
  initial: () => ({ locks: new Map(), denials: 0 }),
  tell: (_state, event) => event.seq,
  isQuery: (method) => method === "holder",
  read(state, command) {
    const holder = state.locks.get(unit(command).key)?.holder;
    return holder === undefined ? refused("not_found", "nobody") : accepted({ ...holder });
  },
  decide,
  advance: grantNext,
  evolve,
};

function decide(state: Toy, command: Command, context: DecideContext): Decision<Toy> {
  const { key, ttlMs = 60_000, size = 0 } = unit(command);
  const who = command.actor.id;
  const lock = state.locks.get(key);
  switch (command.method) {
    case "acquire":
      if (lock?.holder?.who === who) return refuse("conflict", "held already");
      return yes({ kind: "asked", subject: key, data: { who } }, (after) => holderOf(after, key));
    case "try": {
      if (lock?.holder !== undefined) return refuse("busy", `held by ${lock.holder.who}`);
      const data = { who, dueMs: context.nowMs + ttlMs };
      return { ok: true, events: [{ kind: "granted", subject: key, data }], answer: toldByEvent };
    }
    case "release":
      if (lock?.holder?.who !== who) return refuse("stale_token", "not yours");
      return yes({ kind: "released", subject: key, data: {} }, () => undefined);
    case "forbidden":
      return { ...refuse("denied", "no"), events: [{ kind: "denied", subject: who, data: {} }] };
    case "note":
      return yes({ kind: "noted", subject: key, data: "x".repeat(size) }, () => size);
    case "tick":
      return { ok: true, events: expired(state, context.nowMs), answer: () => null };
    default:
      throw new Error(`toy: ${command.method}`);
  }
}

function yes(event: NewEvent, answer: (state: Toy) => unknown): Decision<Toy> {
  return { ok: true, events: [event], answer };
}

function holderOf(state: Toy, key: string): unknown {
  const holder = state.locks.get(key)?.holder;
  return holder === undefined ? null : { ...holder };
}

function expired(state: Toy, nowMs: number): NewEvent[] {
  return [...state.locks]
    .filter(([, lock]) => lock.holder !== undefined && lock.holder.dueMs <= nowMs)
    .map(([key]) => ({ kind: "released", subject: key, data: {} }));
}

function grantNext(state: Toy, context: DecideContext): NewEvent[] {
  for (const [key, { holder, waiters }] of state.locks) {
    const who = waiters[0];
    if (holder !== undefined || who === undefined) continue;
    return [{ kind: "granted", subject: key, data: { who, dueMs: context.nowMs + 60_000 } }];
  }
  return [];
}

function evolve(state: Toy, event: LogEvent, undo: Undo): void {
  if (event.kind === "denied") return undo.assign(state, "denials", state.denials + 1);
  if (event.kind === "noted") return;
  const { who, dueMs } = event.data as { who: string; dueMs: number };
  const lock = state.locks.get(event.subject) ?? { waiters: [] };
  undo.put(state.locks, event.subject, lock);
  if (event.kind === "asked") undo.insert(lock.waiters, lock.waiters.length, who);
  else if (event.kind === "released") undo.unset(lock, "holder");
  else if (event.kind === "granted") {
    undo.assign(lock, "holder", { who, fence: event.seq, dueMs });
    if (lock.waiters[0] === who) undo.removeAt(lock.waiters, 0);
  } else throw new Error(`toy: unknown kind ${event.kind}, upgrade`);
}

function refuse(code: Refusal["code"], message: string): { ok: false; error: Refusal } {
  return { ok: false, error: { code, message } };
}
