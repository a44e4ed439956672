/**
 * With no coordinator no new turn is admitted; when one is back it is told where the pod stands.
 */
import type { Draft } from "./draft.ts";
import { reportTurnEnd } from "./turn-end.ts";
import { askForSlot } from "./turn-request.ts";

export function loseCoordinator(draft: Draft): void {
  draft.set({ coordinatorLost: true });
  if (draft.state.turn?.state === "requested") wait(draft, "coordinator");
}

export function findCoordinator(draft: Draft): void {
  const { turn, unreported, phase, waiting } = draft.state;
  draft.set({ coordinatorLost: false, quietReported: null });
  for (const closed of unreported) reportTurnEnd(draft, closed);
  if (phase === "starting") return;
  if (turn?.state !== "requested") {
    return draft.ask({ kind: "report_transition", state: phase, waiting });
  }
  wait(draft, "admission");
  askForSlot(draft, turn);
}

function wait(draft: Draft, reason: "coordinator" | "admission"): void {
  draft.set({ waiting: { reason, on: [], sinceMs: draft.nowMs } });
}
