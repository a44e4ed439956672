/**
 * The end of an outside agent's registration, in one batch: its claims lapse and its tasks return.
 * A pod's end is in `pods/exit.ts`, because only its host knows that its process is gone.
 */
import { endClaimsOf } from "../claims/hand-over.ts";
import type { Batch } from "../fact.ts";
import { fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import { TaskEndings } from "../tasks/endings.ts";
import type { RegistrationEntry } from "./sessions-slice.ts";

export function appendEndOf(
  state: WorkspaceState,
  { id, how }: { readonly id: RegistrationEntry["id"]; readonly how: "dead" | "ended" },
  batch: Batch,
): void {
  batch.add(fact("registration.ended", subjectOf.registration(id), { how }));
  endClaimsOf(state, id, batch);
  new TaskEndings(state, batch).giveBackAllOf(id);
}
