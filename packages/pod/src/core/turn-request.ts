/**
 * Asking for a turn: it gets its number and its record before it gets its slot.
 */
import type { Draft } from "./draft.ts";
import type { Turn } from "./turn.ts";

export type WantedTurn = Pick<Turn, "cause" | "input" | "sender">;

/** Opens the next turn and asks for its slot; answers its number. */
export function requestTurn(draft: Draft, wanted: WantedTurn): number {
  const turn = newTurn(draft, wanted);
  openTurn(draft, turn);
  return turn.n;
}

/** Makes `turn` the open one and asks for its slot. */
export function openTurn(draft: Draft, turn: Turn): void {
  const { coordinatorLost } = draft.state;
  const reason = coordinatorLost ? "coordinator" : "admission";
  draft.set({ phase: "running", waiting: { reason, on: [], sinceMs: draft.nowMs } });
  draft.set({ quietReported: null });
  saveTurn(draft, { ...turn, state: "requested" });
  if (!coordinatorLost) askForSlot(draft, turn);
}

export function askForSlot(draft: Draft, { n, cause, resumed }: Turn): void {
  draft.ask({ kind: "request_turn", turn: n, cause, resumed });
}

export function saveTurn(draft: Draft, turn: Turn): void {
  draft.set({ turn });
  draft.persist({ kind: "turn_saved", turn });
}

/** The next turn, numbered but not open yet. */
export function newTurn(draft: Draft, wanted: WantedTurn): Turn {
  const n = draft.state.turnsTaken + 1;
  draft.set({ turnsTaken: n });
  const asked = { resumed: false, started: false, pauseRequested: false, replaces: null } as const;
  return { n, ...wanted, ...asked, state: "requested", ending: null, result: null };
}
