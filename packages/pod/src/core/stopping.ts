/**
 * Shutting down on request: the open turn is ended first, within the deadline.
 */
import type { Draft } from "./draft.ts";
import type { MethodInput } from "./input.ts";
import { leave } from "./leaving.ts";
import { stopped, stopTurn } from "./turns.ts";

export function shutDown(draft: Draft, input: Extract<MethodInput, { method: "shutdown" }>): void {
  const { deadlineMs, cause } = input.params;
  const { phase, turn } = draft.state;
  draft.set({ phase: "stopping", exitCause: cause });
  draft.answer({ requestId: input.requestId, commandId: input.commandId }, {});
  if (turn === null) return leave(draft);
  draft.setTimer("shutdown", draft.nowMs + deadlineMs);
  const outcome = phase === "paused" ? "paused" : "cancelled";
  stopTurn(draft, turn, stopped(outcome, true));
}
