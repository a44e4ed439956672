/**
 * Who it is that works: whether the registration still may, and what it says it can do.
 */
import { accepted, refused } from "@podlane/protocol";
import type { Outcome } from "@podlane/protocol";
import type { Actor } from "../event.ts";
import { findLiving, findPod } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import type { Worker } from "../tasks/requirements.ts";
import { findRegistration } from "./sessions-slice.ts";

/** Refuses a pod that has ended (`stale_generation`) and a registration that is over. */
export function checkWorker(state: WorkspaceState, { role, id }: Actor): Outcome<null> {
  if (role === "pod" || role === "agent") {
    if (findLiving(state, id) !== undefined) return accepted(null);
    return refused("stale_generation", `pod ${id} has ended: it does nothing more`);
  }
  return checkRegistration(state, id);
}

/** Refuses a registration that is over; who never registered speaks for its credential. */
export function checkRegistration(state: WorkspaceState, id: string): Outcome<null> {
  const end = findRegistration(state.sessions, id)?.end ?? null;
  if (end === null) return accepted(null);
  return refused("not_found", `registration ${id} is ${end}: register again`);
}

/** A pod that has said nothing is of the type of its agent's driver. */
export function workerOf(state: WorkspaceState, id: string): Worker {
  const session = findRegistration(state.sessions, id)?.session;
  const driver = findPod(state, id)?.spec.agent.driver ?? "";
  const { agentType = "", capabilities = [] } = session ?? {};
  return { agentType: agentType === "" ? driver : agentType, capabilities };
}
