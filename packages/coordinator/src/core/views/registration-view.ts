/**
 * Who is here, as callers see it: pods as the log knows them, outside agents as they said.
 */
import { accepted, isTerminal } from "@podlane/protocol";
import type { Registration, RegistrationId, RegistrationStatus } from "@podlane/protocol";
import type { PodEntry } from "../pods/pods-slice.ts";
import { findPod } from "../pods/tree.ts";
import type { Queries } from "../query.ts";
import type { RegistrationEntry } from "../sessions/sessions-slice.ts";
import { findRegistration, isSuspect } from "../sessions/sessions-slice.ts";
import { workerOf } from "../sessions/worker.ts";
import type { WorkspaceState } from "../state.ts";

/** `lastSeenMs` is when it came; the server, which hears heartbeats, knows better. */
export function registrationView(state: WorkspaceState, id: string): Registration | undefined {
  const pod = findPod(state, id);
  const entry = findRegistration(state.sessions, id);
  if (pod === undefined) return entry === undefined ? undefined : viewOfAgent(state, entry);
  return viewOfPod(state, pod, entry);
}

function viewOfPod(
  state: WorkspaceState,
  pod: PodEntry,
  entry: RegistrationEntry | undefined,
): Registration {
  const { agentType, capabilities } = workerOf(state, pod.id);
  return {
    id: pod.id as string as RegistrationId,
    agentName: pod.spec.name,
    agentType,
    capabilities: [...capabilities],
    currentTask: entry?.session.currentTask ?? pod.spec.task,
    delegatedFrom: (entry?.session.delegatedFrom ?? pod.parent) as RegistrationId | null,
    status: statusOfPod(state, pod),
    pod: pod.id,
    registeredAtMs: pod.startedAtMs,
    lastSeenMs: pod.changedAtMs,
  };
}

function statusOfPod(state: WorkspaceState, pod: PodEntry): RegistrationStatus {
  if (pod.state === "crashed") return "dead";
  if (isTerminal(pod.state)) return "ended";
  if (isSuspect(state.sessions, pod.id)) return "suspect";
  return pod.turn === null ? "idle" : "active";
}

function viewOfAgent(state: WorkspaceState, entry: RegistrationEntry): Registration {
  const { session, id, owner, registeredAtMs } = entry;
  return {
    ...session,
    capabilities: [...session.capabilities],
    id,
    agentName: owner.slice(owner.indexOf(":") + 1),
    status: statusOfAgent(state, entry),
    pod: null,
    registeredAtMs,
    lastSeenMs: registeredAtMs,
  };
}

function statusOfAgent(state: WorkspaceState, entry: RegistrationEntry): RegistrationStatus {
  if (entry.end !== null) return entry.end;
  if (isSuspect(state.sessions, entry.id)) return "suspect";
  const works = entry.session.currentTask !== null || state.tasks.byHolder.has(entry.id);
  return works ? "active" : "idle";
}

const gone: ReadonlySet<RegistrationStatus> = new Set(["dead", "ended"]);

export const registrationQueries: Queries<"registration.discover" | "registration.list"> = {
  "registration.discover": (state, { capability, status, limit }) => {
    const found = allRegistrations(state).filter((one) => {
      if (capability !== undefined && !one.capabilities.includes(capability)) return false;
      return status === undefined ? !gone.has(one.status) : one.status === status;
    });
    return accepted({ registrations: found.slice(0, limit) });
  },
  "registration.list": (state, { limit }) =>
    accepted({ registrations: allRegistrations(state).slice(0, limit) }),
};

/** Newest first; of one instant, by id. */
function allRegistrations(state: WorkspaceState): Registration[] {
  const ids = new Set<string>([...state.pods.byId.keys(), ...state.sessions.byId.keys()]);
  return [...ids]
    .flatMap((id) => registrationView(state, id) ?? [])
    .toSorted((a, b) => b.registeredAtMs - a.registeredAtMs || (a.id < b.id ? -1 : 1));
}
