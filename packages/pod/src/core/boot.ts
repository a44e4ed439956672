/**
 * Coming up: from `starting` to idle, and on with whatever the last process left open.
 * Each place where it can have died is a state of the turn's record.
 */
import type { Draft } from "./draft.ts";
import type { Turn, TurnEnding } from "./turn.ts";
import { reportTurnEnd, retire } from "./turn-end.ts";
import { newTurn, openTurn } from "./turn-request.ts";

export function boot(draft: Draft, agentResumes: boolean): void {
  const { generation } = draft.state.config;
  const { turn, unreported, nextTurn } = draft.state;
  draft.set({ phase: "idle", turn: null });
  if (generation > 1) {
    const event = { kind: "restarted", generation } as const;
    draft.record({ type: "system", turn: null, event });
    draft.emit({
      kind: "state_changed",
      state: "restarting",
      waiting: null,
      nextGeneration: generation,
    });
  }
  for (const closed of unreported) reportTurnEnd(draft, closed);
  if (turn !== null) return takeUp(draft, turn, agentResumes);
  if (nextTurn === null) return;
  draft.set({ nextTurn: null });
  openTurn(draft, nextTurn);
}

function takeUp(draft: Draft, turn: Turn, agentResumes: boolean): void {
  if (turn.state === "requested" && !turn.started) return openTurn(draft, turn);
  if (turn.state === "closing" && turn.ending !== null) return closeAgain(draft, turn, turn.ending);
  const isPaused = turn.state === "paused" || turn.pauseRequested;
  const again = { ...turn, started: false, resumed: true, pauseRequested: isPaused };
  if (agentResumes) return openTurn(draft, again);
  interrupt(draft, turn);
  const { n, cause, input, sender } = turn;
  const fresh = newTurn(draft, { cause, input, sender });
  openTurn(draft, { ...fresh, pauseRequested: isPaused, replaces: n });
}

/** The agent was done; whether its work was committed is for the shell to find out. */
function closeAgain(draft: Draft, turn: Turn, ending: TurnEnding): void {
  draft.set({ phase: "running" });
  draft.set({ turn: { ...turn, started: true } });
  const { outcome, message, keepPartial } = ending;
  if (outcome === "finished" || outcome === "errored" || outcome === "limit_reached") {
    return draft.ask({ kind: "close_turn", turn: turn.n, summary: message ?? "" });
  }
  draft.ask({ kind: "end_turn", turn: turn.n, keepPartial, outcome });
}

/** The new turn reports in its place, so nothing goes up for the interrupted one. */
function interrupt(draft: Draft, turn: Turn): void {
  draft.persist({ kind: "calls_interrupted", turn: turn.n });
  const ending: TurnEnding = {
    outcome: "errored",
    message: "interrupted: the pod's process died; a new turn takes its place",
    code: "interrupted",
    fatal: false,
    keepPartial: true,
  };
  retire(draft, { ...turn, state: "closed", ending });
}
