/**
 * Typed log events: how deciders make them and what the tables that fold them look like.
 */
import type {
  ClaimId,
  LogEventData,
  LogEventKind,
  MergeId,
  PodId,
  ReplicaId,
  RunId,
  TaskId,
  UnitKey,
} from "@podlane/protocol";
import type { LogEvent, NewEvent } from "./event.ts";
import type { WorkspaceState } from "./state.ts";
import type { Undo } from "./undo.ts";
import { eventVersions } from "./versions.ts";

/** A new event whose data fits its kind, in the version of today. */
export function fact<K extends LogEventKind>(
  kind: K,
  subject: string,
  data: LogEventData<K>,
): NewEvent {
  const v = eventVersions.currentOf(kind);
  return v === 1 ? { kind, subject, data } : { kind, subject, data, v };
}

/** What events are about: the keys that histories are asked by. */
export const subjectOf = {
  pod: (id: PodId) => `pod:${id}`,
  claim: (id: ClaimId) => `claim:${id}`,
  registration: (id: string) => `registration:${id}`,
  run: (id: RunId) => `run:${id}`,
  merge: (id: MergeId) => `merge:${id}`,
  task: (id: TaskId) => `task:${id}`,
  unit: (key: UnitKey) => `unit:${key}`,
  host: (id: string) => `host:${id}`,
  replica: (id: ReplicaId) => `replica:${id}`,
  inbox: () => "inbox:operator",
} as const;

/** Folds one event; changes the state only through `undo`. */
export type Evolver<K extends LogEventKind> = (
  state: WorkspaceState,
  data: LogEventData<K>,
  at: { readonly event: LogEvent; readonly undo: Undo },
) => void;

/** The part of the fold that one resource owns; all parts together cover every kind. */
export type Evolvers<K extends LogEventKind> = { readonly [P in K]: Evolver<P> };

/** The answer that an event tells; of the state only what never changes, such as names. */
export type Teller<K extends LogEventKind> = (
  state: WorkspaceState,
  data: LogEventData<K>,
  event: LogEvent,
) => unknown;

export type Tellers<K extends LogEventKind> = { readonly [P in K]: Teller<P> };

/** Collects the events of one decision and knows the seq of the next, for ids made of it. */
export class Batch {
  readonly events: NewEvent[] = [];
  readonly #firstSeq: number;

  constructor(firstSeq: number) {
    this.#firstSeq = firstSeq;
  }

  /** The seq that the next event will get. */
  get nextSeq(): number {
    return this.#firstSeq + this.events.length;
  }

  add(...events: readonly NewEvent[]): void {
    this.events.push(...events);
  }
}
