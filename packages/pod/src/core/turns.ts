/**
 * A turn at work: admitted, running step by step, paused, resumed, ended.
 * What happens once its work is committed is in `turn-end.ts`.
 */
import type { StoppedOutcome } from "@podlane/protocol";
import type { Asker, Draft } from "./draft.ts";
import type { AgentOutcome } from "./input.ts";
import { askJoins } from "./joins.ts";
import { drain } from "./lane.ts";
import { isEmpty } from "./notify-buffer.ts";
import type { Turn, TurnEnding } from "./turn.ts";
import { concludeTurn, dropNextTurn } from "./turn-end.ts";
import { newTurn, openTurn, saveTurn, type WantedTurn } from "./turn-request.ts";

/** The slot is there: the agent starts, or goes on at the step where it was held. */
export function admitTurn(draft: Draft, n: number): void {
  const { turn } = draft.state;
  if (turn?.n !== n || turn.state !== "requested") return;
  draft.set({ waiting: null });
  if (turn.started) return goOn(draft, turn);
  const wasAsked = turn.cause === "user" || turn.resumed || turn.replaces !== null;
  if (!wasAsked && isEmpty(draft.state.buffer)) {
    return concludeTurn(draft, turn, stopped("cancelled", true), null);
  }
  start(draft, turn);
}

/** The head of a model step: the one place where a turn pauses and takes in what waits. */
export function stepAgent(draft: Draft, n: number): void {
  const { turn } = draft.state;
  if (turn?.n !== n || turn.state !== "running") {
    return draft.ask({ kind: "deliver", turn: n, proceed: "cancel", notifications: [] });
  }
  draft.set({ waiting: null });
  goOn(draft, turn);
}

export function endAgent(draft: Draft, n: number, outcome: AgentOutcome): void {
  const { turn } = draft.state;
  if (turn?.n !== n || !turn.started || turn.state === "closing") return;
  const ending = endingOf(outcome);
  draft.set({ phase: phaseWhileClosing(draft), waiting: null });
  saveTurn(draft, { ...turn, state: "closing", ending });
  draft.ask({ kind: "close_turn", turn: n, summary: ending.message ?? "" });
}

/** Holds at the next safe point; a turn that is ending anyway just ends. */
export function pauseTurn(draft: Draft): void {
  const { turn } = draft.state;
  if (turn !== null && turn.state !== "closing") saveTurn(draft, { ...turn, pauseRequested: true });
}

/** A resume is a person's or parent's wish, so what it leads to is reported upward. */
export function resumeTurn(draft: Draft): void {
  const { turn } = draft.state;
  if (turn === null) return;
  openTurn(draft, { ...turn, cause: "user", resumed: true, pauseRequested: false });
}

/** A new user turn in place of the paused one, whose open calls end as interrupted. */
export function runAfterPaused(draft: Draft, wanted: WantedTurn): number {
  const next = newTurn(draft, wanted);
  draft.set({ nextTurn: next });
  draft.persist({ kind: "turn_saved", turn: next });
  const { turn } = draft.state;
  if (turn !== null) {
    draft.persist({ kind: "calls_interrupted", turn: turn.n });
    stopAgent(draft, turn, stopped("paused", true));
  }
  return next.n;
}

/** Answered when the turn has closed; a turn that only waits for its slot closes at once. */
export function cancelTurn(draft: Draft, asker: Asker, keepPartial: boolean): void {
  draft.set({ turnWaiters: [...draft.state.turnWaiters, asker] });
  dropNextTurn(draft, stopped("cancelled", true));
  const { turn } = draft.state;
  if (turn !== null) stopTurn(draft, turn, stopped("cancelled", keepPartial));
}

/** Ends a turn from outside, whatever it is doing; one that is closing already just closes. */
export function stopTurn(draft: Draft, turn: Turn, ending: TurnEnding): void {
  if (turn.state === "closing") return;
  if (!turn.started) return concludeTurn(draft, turn, ending, null);
  stopAgent(draft, turn, ending);
}

export function stopped(outcome: StoppedOutcome, keepPartial: boolean): TurnEnding {
  return { outcome, message: null, code: null, fatal: false, keepPartial };
}

function start(draft: Draft, turn: Turn): void {
  const { n, cause, input, sender, resumed, replaces } = turn;
  saveTurn(draft, { ...turn, state: "running", started: true });
  if (!resumed) {
    draft.record({ type: "system", turn: n, event: { kind: "turn_started", cause } });
    if (sender !== null) draft.record({ type: "user", turn: n, input: [...input], sender });
  }
  askJoins(draft);
  const notifications = cause === "notification" ? drain(draft, n) : [];
  draft.ask({ kind: "start_turn", turn: n, cause, input, notifications, resumed, replaces });
}

/** The one safe point, at the head of a step: held if a pause was asked for. */
function goOn(draft: Draft, turn: Turn): void {
  if (turn.state !== "running") saveTurn(draft, { ...turn, state: "running" });
  if (turn.pauseRequested) return holdAgent(draft, turn);
  askJoins(draft);
  const notifications = drain(draft, turn.n);
  draft.ask({ kind: "deliver", turn: turn.n, proceed: "go", notifications });
}

function holdAgent(draft: Draft, turn: Turn): void {
  saveTurn(draft, { ...turn, state: "paused", pauseRequested: false });
  draft.set({ phase: "paused", waiting: null });
  if (turn.cause === "user") draft.emit({ kind: "turn_stopped", turn: turn.n, outcome: "paused" });
  draft.ask({ kind: "deliver", turn: turn.n, proceed: "pause", notifications: [] });
}

function stopAgent(draft: Draft, turn: Turn, ending: TurnEnding): void {
  draft.set({ phase: phaseWhileClosing(draft), waiting: null });
  saveTurn(draft, { ...turn, state: "closing", ending });
  const outcome = ending.outcome === "paused" ? "paused" : "cancelled";
  draft.ask({ kind: "end_turn", turn: turn.n, keepPartial: ending.keepPartial, outcome });
}

function phaseWhileClosing(draft: Draft): "running" | "stopping" {
  return draft.state.phase === "stopping" ? "stopping" : "running";
}

function endingOf(outcome: AgentOutcome): TurnEnding {
  const kept = { code: null, fatal: false, keepPartial: true } as const;
  switch (outcome.kind) {
    case "finished":
      return { ...kept, outcome: "finished", message: outcome.summary };
    case "limit_reached":
      return { ...kept, outcome: "limit_reached", message: outcome.message };
    case "errored":
      return { ...kept, ...outcome, outcome: "errored" };
    default:
      return outcome satisfies never;
  }
}
