/**
 * Registrations: what agents from outside and pods have said of themselves, and who is silent. A
 * pod is there without saying anything; its entry only adds to what the log knows of it.
 */
import type { RegisterSession, RegistrationId, ReplicaId } from "@podlane/protocol";

export interface RegistrationEntry {
  readonly id: RegistrationId;
  readonly seq: number;
  /** Role and name of the credential it was made with: only that one takes it up again. */
  readonly owner: string;
  readonly registeredAtMs: number;
  session: RegisterSession;
  /** Null while it is there. */
  end: "dead" | "ended" | null;
}

export interface SessionsSlice {
  readonly byId: Map<RegistrationId, RegistrationEntry>;
  /** Living pods and registrations that have been silent for three heartbeat intervals. */
  readonly suspects: Set<RegistrationId>;
  /** Who of those that are there is heard by which coordinator, where there are several. */
  readonly attached: Map<RegistrationId, ReplicaId>;
  /** How many of `byId` have not ended. */
  live: number;
  /** Ended ones, oldest end first, for retention. */
  readonly ended: RegistrationId[];
}

export function emptySessions(): SessionsSlice {
  return { byId: new Map(), suspects: new Set(), attached: new Map(), live: 0, ended: [] };
}

export function findRegistration(
  sessions: SessionsSlice,
  id: string,
): RegistrationEntry | undefined {
  return sessions.byId.get(id as RegistrationId);
}

export function findLiveRegistration(
  sessions: SessionsSlice,
  id: string,
): RegistrationEntry | undefined {
  const entry = findRegistration(sessions, id);
  return entry?.end === null ? entry : undefined;
}

export function isSuspect(sessions: SessionsSlice, id: string): boolean {
  return sessions.suspects.has(id as RegistrationId);
}
