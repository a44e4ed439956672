/**
 * The end of a turn: the closed record, what the coordinator and the parent hear of it, and what
 * comes next.
 */
import type { TurnResult } from "@podlane/protocol";
import type { Draft } from "./draft.ts";
import { leave } from "./leaving.ts";
import { reportUpward } from "./reporting.ts";
import type { Turn, TurnEnding } from "./turn.ts";
import { openTurn } from "./turn-request.ts";

/** The shell is done with the turn's work; a finished turn without a result did not finish. */
export function closeTurn(draft: Draft, n: number, result: TurnResult | null): void {
  const { turn } = draft.state;
  if (turn?.n !== n || turn.state !== "closing" || turn.ending === null) return;
  const isLost = turn.ending.outcome === "finished" && result === null;
  concludeTurn(draft, turn, isLost ? workLost : turn.ending, result);
}

/** Closes the record, tells everyone, answers who waited, and goes on to what is next. */
export function concludeTurn(
  draft: Draft,
  turn: Turn,
  ending: TurnEnding,
  result: TurnResult | null,
): void {
  const closed: Turn = { ...turn, state: "closed", ending, result };
  retire(draft, closed);
  reportUpward(draft, closed, ending);
  draft.set({ turn: null, waiting: null });
  for (const asker of draft.state.turnWaiters) draft.answer(asker, {});
  draft.set({ turnWaiters: [] });
  goNext(draft);
}

/** Gives up the accepted turn that waits for the open one to close. */
export function dropNextTurn(draft: Draft, ending: TurnEnding): void {
  const { nextTurn } = draft.state;
  if (nextTurn === null) return;
  draft.set({ nextTurn: null });
  retire(draft, { ...nextTurn, state: "closed", ending });
  reportUpward(draft, nextTurn, ending);
}

/** The closed record, in session and history, and the coordinator's report of it. */
export function retire(draft: Draft, closed: Turn): void {
  const { n, ending } = closed;
  draft.persist({ kind: "turn_saved", turn: closed });
  if (ending === null) return;
  const { outcome, message } = ending;
  const event = { kind: "turn_closed", outcome, text: message ?? "" } as const;
  draft.record({ type: "system", turn: n, event });
  draft.set({ unreported: [...draft.state.unreported, closed] });
  reportTurnEnd(draft, closed);
}

export function reportTurnEnd(draft: Draft, { n, cause, ending, result }: Turn): void {
  if (ending === null) return;
  const { outcome, message, code } = ending;
  draft.ask({ kind: "report_turn_end", turn: n, cause, outcome, result, message, code });
}

export function recordReported(draft: Draft, n: number): void {
  const left = draft.state.unreported.filter((turn) => turn.n !== n);
  if (left.length === draft.state.unreported.length) return;
  draft.set({ unreported: left });
  draft.persist({ kind: "turn_reported", turn: n });
}

function goNext(draft: Draft): void {
  const { phase, nextTurn } = draft.state;
  if (phase === "stopping") return leave(draft);
  draft.set({ phase: "idle", nextTurn: null });
  if (nextTurn !== null) openTurn(draft, nextTurn);
}

const workLost: TurnEnding = {
  outcome: "errored",
  message: "the agent finished, but its work could not be committed; it is still in the worktree",
  code: "internal",
  fatal: false,
  keepPartial: true,
};
