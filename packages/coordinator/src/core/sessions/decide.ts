/**
 * Registering, leaving, and what the server finds out about who is silent.
 */
import { accepted, refused } from "@podlane/protocol";
import type { Outcome, RegisterSession, RegistrationId, ReplicaId } from "@podlane/protocol";
import type { Call, Deciders, WorkspaceDecision } from "../decider.ts";
import { accept, acceptSilently, refuse, refuseWith } from "../decider.ts";
import type { Actor, NewEvent } from "../event.ts";
import { Batch, fact, subjectOf } from "../fact.ts";
import { registrationIdAt } from "../identity.ts";
import { maxRegistrations } from "../limits.ts";
import type { WorkspaceState } from "../state.ts";
import { registrationView } from "../views/registration-view.ts";
import { attachedTo } from "./attachment.ts";
import { appendEndOf } from "./ending.ts";
import { isOutside, isThere } from "./presence.ts";
import { findLiveRegistration, isSuspect } from "./sessions-slice.ts";
import { checkWorker } from "./worker.ts";

/** `silent`: who has been for the time asked for; added by the server, which alone knows. */
interface Cleanup {
  readonly dryRun: boolean;
  readonly silent?: readonly RegistrationId[];
}

export const sessionDeciders: Deciders<
  "registration.register" | "registration.end" | "registration.cleanup"
> = {
  "registration.register": decideRegister,
  /** Idempotent. Refuses `conflict` for a pod. */
  "registration.end": (state, _params, { actor, nextSeq }) => {
    if (isPod(actor)) return refuse("conflict", "a pod is there until its process ends: stop it");
    const entry = findLiveRegistration(state.sessions, actor.id);
    if (entry === undefined) return acceptSilently();
    const batch = new Batch(nextSeq);
    appendEndOf(state, { id: entry.id, how: "ended" }, batch);
    return acceptSilently(...batch.events);
  },
  "registration.cleanup": (state, { dryRun, silent = [] }: Cleanup, { nextSeq }) => {
    const ended = silent.filter((id) => isOutside(state, id));
    const batch = new Batch(nextSeq);
    if (!dryRun) for (const id of ended) appendEndOf(state, { id, how: "dead" }, batch);
    return accept<"registration.cleanup">(batch.events, () => ({ ended }));
  },
};

/** The id of the registration that the caller's next words belong to. */
function decideRegister(
  state: WorkspaceState,
  session: RegisterSession,
  call: Call,
): WorkspaceDecision {
  const { actor, nextSeq } = call;
  const known = findLiveRegistration(state.sessions, actor.id);
  const id = isPod(actor) ? (actor.id as RegistrationId) : (known?.id ?? registrationIdAt(nextSeq));
  const checked = checkSession(state, { id, session, isNew: known === undefined }, actor);
  if (!checked.ok) return refuseWith(checked.error);
  const isKnown = known !== undefined && JSON.stringify(known.session) === JSON.stringify(session);
  const owner = known?.owner ?? ownerOf(actor);
  const event = fact("registration.registered", subjectOf.registration(id), { session, owner });
  return accept<"registration.register">(isKnown ? [] : [event], (after) => {
    const view = registrationView(after, id);
    if (view === undefined) throw new Error(`registration ${id} is gone before its answer`);
    return { registration: view };
  });
}

interface NewSession {
  readonly id: RegistrationId;
  readonly session: RegisterSession;
  readonly isNew: boolean;
}

/** Refuses `not_found` for an unknown delegator, `deadlock` for itself, `busy` for one too many. */
function checkSession(
  state: WorkspaceState,
  { id, session, isNew }: NewSession,
  actor: Actor,
): Outcome<null> {
  const from = session.delegatedFrom;
  if (from === id) return refused("deadlock", `registration ${id} would delegate to itself`);
  if (from !== null && !isThere(state, from)) {
    return refused("not_found", `registration ${from} is not there to delegate`);
  }
  if (isNew && state.sessions.live >= maxRegistrations) {
    return refused("busy", `${maxRegistrations} agents are registered; end some of them first`);
  }
  return isPod(actor) ? checkWorker(state, actor) : accepted(null);
}

/** Who may take a registration up again: the credential it was made with. */
export function ownerOf({ role, id }: Actor): string {
  return `${role}:${id}`;
}

/** What the server has found out of somebody's silence. */
export type Verdict = "suspect" | "recovered" | "dead";

export interface SilenceVerdict {
  readonly registration: RegistrationId;
  readonly verdict: Verdict;
  /** Whose session it was when it was judged; null where there is one coordinator. */
  readonly attachedTo: ReplicaId | null;
}

/** Internal: idempotent, and nothing for whoever is gone already, or heard by another now. */
export function decideVerdict(
  state: WorkspaceState,
  { registration: id, verdict, attachedTo: judge }: SilenceVerdict,
  nextSeq: number,
): WorkspaceDecision {
  if (!isThere(state, id) || attachedTo(state.sessions, id) !== judge) return acceptSilently();
  const subject = subjectOf.registration(id);
  const news: NewEvent[] = [];
  switch (verdict) {
    case "suspect":
      if (!isSuspect(state.sessions, id)) news.push(fact("registration.suspected", subject, {}));
      return acceptSilently(...news);
    case "recovered":
      if (isSuspect(state.sessions, id)) news.push(fact("registration.recovered", subject, {}));
      return acceptSilently(...news);
    case "dead": {
      if (!isOutside(state, id)) return acceptSilently();
      const batch = new Batch(nextSeq);
      appendEndOf(state, { id, how: "dead" }, batch);
      return acceptSilently(...batch.events);
    }
    default:
      return verdict satisfies never;
  }
}

function isPod({ role }: Actor): boolean {
  return role === "pod" || role === "agent";
}
