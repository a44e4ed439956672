/**
 * What must always hold of who is here.
 */
import type { WorkspaceState } from "../state.ts";
import { isThere } from "./presence.ts";

/** Every broken invariant in words: nothing is kept of those who are gone. */
export function checkSessions(state: WorkspaceState): string[] {
  const { suspects, attached, byId, live } = state.sessions;
  const kept = [...new Set([...suspects, ...attached.keys()])].filter((id) => !isThere(state, id));
  const problems = kept.map((id) => `sessions: ${id} is gone and still judged`);
  const counted = [...byId.values()].filter((entry) => entry.end === null).length;
  if (counted !== live) problems.push(`sessions: ${counted} are there, counted as ${live}`);
  return problems;
}
