/**
 * Who is there: living pods, and agents from outside whose registration has not ended.
 */
import { findLiving } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { findLiveRegistration } from "./sessions-slice.ts";

export function isThere(state: WorkspaceState, id: string): boolean {
  return findLiving(state, id) !== undefined || isOutside(state, id);
}

/** There, and no pod: silence alone may end it. */
export function isOutside(state: WorkspaceState, id: string): boolean {
  return (
    findLiveRegistration(state.sessions, id) !== undefined && findLiving(state, id) === undefined
  );
}
