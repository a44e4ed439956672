/**
 * What goes up to the parent, and what the coordinator hears of the pod's own state.
 *
 * User turns report their end. Notification turns are silent, or trees would wake each other for
 * ever, except when the agent cannot go on, and once when the settled result is another one.
 */
import type { TurnResult } from "@podlane/protocol";
import type { Draft } from "./draft.ts";
import type { ResultState } from "./record.ts";
import type { PodCoreState } from "./state.ts";
import type { Turn, TurnEnding } from "./turn.ts";

export function reportUpward(draft: Draft, turn: Turn, ending: TurnEnding): void {
  if (ending.outcome === "finished" && turn.result !== null) {
    return turn.cause === "user"
      ? reportResult(draft, turn.n, turn.result)
      : noteResult(draft, turn.n, turn.result);
  }
  if (turn.cause === "notification" && !ending.fatal) return;
  reportFailure(draft, turn.n, ending);
}

/** Once the pod has nothing left to do: a result that notification turns changed. */
export function reportChangedResult(draft: Draft): void {
  const { unreported } = draft.state.result;
  if (unreported !== null && !hasBusyDescendant(draft.state)) {
    reportResult(draft, unreported.turn, unreported.result);
  }
}

/** Tells parent and coordinator if this step moved the pod to another state or wait. */
export function reportTransition(draft: Draft, before: PodCoreState): void {
  const { phase: state, waiting } = draft.state;
  const isSame =
    state === before.phase &&
    JSON.stringify(waiting) === JSON.stringify(before.waiting) &&
    draft.state.turn?.n === before.turn?.n;
  if (isSame || state === "starting") return;
  draft.emit({ kind: "state_changed", state, waiting });
  draft.ask({ kind: "report_transition", state, waiting });
}

function reportFailure(draft: Draft, turn: number, ending: TurnEnding): void {
  const { outcome, message, code, fatal } = ending;
  switch (outcome) {
    case "finished":
    // The parent heard of it when the turn paused.
    case "paused":
      return;
    case "errored":
      return draft.emit({
        kind: "errored",
        turn,
        message: message ?? "the turn failed",
        code: code ?? "internal",
        fatal,
      });
    case "cancelled":
    case "limit_reached":
    case "rolled_back":
      return draft.emit({ kind: "turn_stopped", turn, outcome });
    default:
      return outcome satisfies never;
  }
}

function reportResult(draft: Draft, turn: number, result: TurnResult): void {
  draft.emit({ kind: "turn_ended", turn, outcome: "finished", result });
  saveResult(draft, { reported: handleOf(result), unreported: null });
}

/** A notification turn's result goes up later, and only if it differs from the reported one. */
function noteResult(draft: Draft, turn: number, result: TurnResult): void {
  const { reported } = draft.state.result;
  const unreported = handleOf(result) === reported ? null : { turn, result };
  saveResult(draft, { reported, unreported });
}

function saveResult(draft: Draft, result: ResultState): void {
  draft.set({ result });
  draft.save({ key: "result", value: result });
}

/** What a result is worth joining for: its commit; without one, its artifacts. */
function handleOf({ commit, artifacts }: TurnResult): string {
  return commit ?? artifacts.map(({ id }) => id).join(" ");
}

/** While a descendant works the pod is not settled: what it does may change the result again. */
function hasBusyDescendant({ registry }: PodCoreState): boolean {
  return [...registry.values()].some(
    ({ state }) => state === "running" || state === "starting" || state === "restarting",
  );
}
