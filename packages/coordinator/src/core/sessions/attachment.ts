/**
 * Which coordinator hears a session. Only that one may speak of its silence, or, once its lease has
 * run out, any other: so each verdict says whose session it takes it to be, and falls if the
 * session has moved on the log meanwhile.
 */
import { maxPageEntries } from "@podlane/protocol";
import type { RegistrationId, ReplicaId } from "@podlane/protocol";
import type { WorkspaceDecision } from "../decider.ts";
import { acceptSilently } from "../decider.ts";
import type { Evolvers } from "../fact.ts";
import { fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import { isThere } from "./presence.ts";
import type { SessionsSlice } from "./sessions-slice.ts";

export interface Attachment {
  readonly replica: ReplicaId;
  readonly registrations: readonly RegistrationId[];
}

/** Internal: one event for all who are there and not yet its own; none for none. */
export function decideAttach(
  state: WorkspaceState,
  { replica, registrations }: Attachment,
): WorkspaceDecision {
  const news = registrations
    .filter((id) => isThere(state, id) && attachedTo(state.sessions, id) !== replica)
    .slice(0, maxPageEntries);
  if (news.length === 0) return acceptSilently();
  const data = { replica, registrations: news };
  return acceptSilently(fact("replica.attached", subjectOf.replica(replica), data));
}

export const attachmentEvolvers: Evolvers<"replica.attached"> = {
  "replica.attached": ({ sessions }, { replica, registrations }, { undo }) => {
    for (const id of registrations) undo.put(sessions.attached, id, replica);
  },
};

/** Null: no coordinator has spoken for it, as where there is only one. */
export function attachedTo(sessions: SessionsSlice, id: string): ReplicaId | null {
  return sessions.attached.get(id as RegistrationId) ?? null;
}
