/**
 * The operator's inbox: what top-level and orphaned pods tell, kept until it is acknowledged.
 * Events of one pod arrive in order, so one mark a pod is enough to know a repeat.
 */
import { accepted } from "@podlane/protocol";
import type { PodId, ReceivedPodEvent } from "@podlane/protocol";
import { accept, acceptSilently, refuse } from "./decider.ts";
import type { Deciders } from "./decider.ts";
import { fact, subjectOf } from "./fact.ts";
import type { Evolvers } from "./fact.ts";
import { maxInboxEntries } from "./limits.ts";
import { findPod } from "./pods/tree.ts";
import type { Queries } from "./query.ts";
import type { WorkspaceState } from "./state.ts";

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
  /**
   * Idempotent on (pod, seq). The answer is the seq of the event that the sender may forget.
   * Refuses `busy` for one whose predecessor has not come: sent again, it finds its place.
   */
  "inbox.pod_event": (state, { event }) => {
    const mark = state.inbox.marks.get(event.podId) ?? 0;
    const isRepeat = event.seq <= mark;
    if (event.seq > nextSeqOf(state, event) && !isFinal(event)) {
      return refuse("busy", `event ${nextSeqOf(state, event)} of ${event.podName} comes first`);
    }
    const events = isRepeat ? [] : [fact("inbox.received", subjectOf.inbox(), { event })];
    return accept<"inbox.pod_event">(events, () => ({ seq: event.seq }));
  },
  "inbox.ack": (state, { upToSeq }) => {
    const oldest = state.inbox.entries[0];
    if (oldest === undefined || oldest.seq > upToSeq) return acceptSilently();
    return acceptSilently(fact("inbox.acknowledged", subjectOf.inbox(), { upToSeq }));
  },
};

/** What an orphan told its parents never comes here: its first event may have any number. */
function nextSeqOf(state: WorkspaceState, { podId, seq }: ReceivedPodEvent): number {
  const mark = state.inbox.marks.get(podId);
  if (mark !== undefined) return mark + 1;
  return findPod(state, podId)?.topLevel === true ? 1 : seq;
}

/** Told for a pod whose session nobody can read: it stands behind all that is lost. */
function isFinal(event: ReceivedPodEvent): boolean {
  return event.kind === "shut_down" && event.cause === "lost";
}

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
