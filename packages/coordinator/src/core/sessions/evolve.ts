/**
 * How registration events change who is known to be there.
 */
import type { PodId, RegistrationId } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { maxEndedRegistrations } from "../limits.ts";
import type { Undo } from "../undo.ts";
import type { SessionsSlice } from "./sessions-slice.ts";
import { findLiveRegistration, findRegistration } from "./sessions-slice.ts";

export const sessionEvolvers: Evolvers<
  | "registration.registered"
  | "registration.suspected"
  | "registration.recovered"
  | "registration.ended"
> = {
  "registration.registered": ({ sessions }, { session, owner }, { event, undo }) => {
    const id = idOf(event);
    const known = findLiveRegistration(sessions, id);
    if (known !== undefined) return undo.assign(known, "session", session);
    const { seq, atMs: registeredAtMs } = event;
    undo.put(sessions.byId, id, { id, seq, owner, registeredAtMs, session, end: null });
    undo.assign(sessions, "live", sessions.live + 1);
  },
  "registration.suspected": ({ sessions }, _data, { event, undo }) => {
    undo.add(sessions.suspects, idOf(event));
  },
  "registration.recovered": ({ sessions }, _data, { event, undo }) => {
    undo.drop(sessions.suspects, idOf(event));
  },
  "registration.ended": ({ sessions }, { how }, { event, undo }) => {
    const entry = findLiveRegistration(sessions, idOf(event));
    if (entry === undefined) throw new Error(`${event.subject} ended twice`);
    undo.assign(entry, "end", how);
    undo.drop(sessions.suspects, entry.id);
    undo.remove(sessions.attached, entry.id);
    undo.assign(sessions, "live", sessions.live - 1);
    undo.insert(sessions.ended, sessions.ended.length, entry.id);
    forgetOldest(sessions, undo);
  },
};

/** A pod that has ended says nothing more; what it was is in its own entry. */
export function forgetPod(sessions: SessionsSlice, pod: PodId, undo: Undo): void {
  const id = pod as string as RegistrationId;
  undo.drop(sessions.suspects, id);
  undo.remove(sessions.attached, id);
  if (findRegistration(sessions, id) === undefined) return;
  undo.remove(sessions.byId, id);
  undo.assign(sessions, "live", sessions.live - 1);
}

function forgetOldest(sessions: SessionsSlice, undo: Undo): void {
  const [oldest] = sessions.ended;
  if (oldest === undefined || sessions.ended.length <= maxEndedRegistrations) return;
  undo.removeAt(sessions.ended, 0);
  undo.remove(sessions.byId, oldest);
}

function idOf(event: LogEvent): RegistrationId {
  return event.subject.slice("registration:".length) as RegistrationId;
}
