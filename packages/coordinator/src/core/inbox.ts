/**
 * The operator's inbox: what top-level and orphaned pods tell, kept until it is acknowledged.
 * Events of one pod arrive in order, so one mark a pod is enough to know a repeat.
 */
import { accepted } from "@podlane/protocol";
import type { PodId, ReceivedPodEvent } from "@podlane/protocol";
import { accept, acceptSilently } from "./decider.ts";
import type { Deciders } from "./decider.ts";
import { fact, subjectOf } from "./fact.ts";
import type { Evolvers } from "./fact.ts";
import { maxInboxEntries } from "./limits.ts";
import type { Queries } from "./query.ts";

export interface InboxEntry {
  readonly seq: number;
  readonly at: number;
  readonly event: ReceivedPodEvent;
}

export interface InboxSlice {
  /** Oldest first; beyond `maxInboxEntries` the oldest are on the log only. */
  readonly entries: InboxEntry[];
  /** The last event taken in from each pod. */
  readonly marks: Map<PodId, number>;
}

export function emptyInbox(): InboxSlice {
  return { entries: [], marks: new Map() };
}

export const inboxDeciders: Deciders<"inbox.pod_event" | "inbox.ack"> = {
  /** Idempotent on (pod, seq). The answer is the seq of the event that the sender may forget. */
  "inbox.pod_event": (state, { event }) => {
    const isRepeat = event.seq <= (state.inbox.marks.get(event.podId) ?? 0);
    const events = isRepeat ? [] : [fact("inbox.received", subjectOf.inbox(), { event })];
    return accept<"inbox.pod_event">(events, () => ({ seq: event.seq }));
  },
  "inbox.ack": (state, { upToSeq }) => {
    const oldest = state.inbox.entries[0];
    if (oldest === undefined || oldest.seq > upToSeq) return acceptSilently();
    return acceptSilently(fact("inbox.acknowledged", subjectOf.inbox(), { upToSeq }));
  },
};

export const inboxEvolvers: Evolvers<"inbox.received" | "inbox.acknowledged"> = {
  "inbox.received": ({ inbox }, { event: received }, { event, undo }) => {
    undo.put(inbox.marks, received.podId, received.seq);
    undo.insert(inbox.entries, inbox.entries.length, {
      seq: event.seq,
      at: event.atMs,
      event: received,
    });
    if (inbox.entries.length > maxInboxEntries) undo.removeAt(inbox.entries, 0);
  },
  "inbox.acknowledged": ({ inbox }, { upToSeq }, { undo }) => {
    while ((inbox.entries[0]?.seq ?? Infinity) <= upToSeq) undo.removeAt(inbox.entries, 0);
  },
};

export const inboxQueries: Queries<"inbox.read"> = {
  "inbox.read": ({ inbox }, { fromSeq, limit }) =>
    accepted({
      entries: inbox.entries.filter((entry) => entry.seq >= fromSeq).slice(0, limit),
    }),
};
