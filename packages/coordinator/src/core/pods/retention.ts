/**
 * How long ended pods stay in memory: the oldest go first, but none that a host or run still needs.
 */
import { wantsCollection } from "./collection.ts";
import { maxTerminalPods } from "../limits.ts";
import { isRunOpen } from "../runs/runs-slice.ts";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import { knownPod } from "./tree.ts";

/** Forgets the oldest ended pod that nothing waits for, once there are too many. */
export function dropOldestEnded(state: WorkspaceState, undo: Undo): void {
  const { ended, byId } = state.pods;
  if (ended.length <= maxTerminalPods) return;
  const index = ended.findIndex((id) => {
    const pod = knownPod(state, id);
    return !wantsCollection(state, pod) && !isRunOpen(state.runs, pod.runId);
  });
  const id = ended[index];
  if (id === undefined) return;
  undo.removeAt(ended, index);
  undo.remove(byId, id);
  undo.remove(state.inbox.marks, id);
}
