/**
 * The pod's controller: one pure step for idle, running and paused alike, so that the receive
 * paths cannot drift apart. It decides; the shell does.
 */
import { boot } from "./boot.ts";
import { childReady } from "./children.ts";
import { findCoordinator, loseCoordinator } from "./coordinator.ts";
import { Draft } from "./draft.ts";
import type { Effect } from "./effect.ts";
import type { Input, TimerInput } from "./input.ts";
import { childJoined } from "./joins.ts";
import { maxQueuedWhileStarting } from "./limits.ts";
import { callMethod } from "./methods.ts";
import { consumeEvents, receiveEvent } from "./pod-events.ts";
import { settle } from "./settle.ts";
import type { PodCoreState } from "./state.ts";
import { leave } from "./leaving.ts";
import { admitTurn, endAgent, stepAgent } from "./turns.ts";
import { closeTurn, recordReported } from "./turn-end.ts";

export interface StepResult {
  readonly state: PodCoreState;
  readonly effects: readonly Effect[];
}

/** The next state and what to do about it. The state it is given is never changed. */
export function step(state: PodCoreState, input: Input, nowMs: number): StepResult {
  const draft = new Draft(state, nowMs);
  handle(draft, input);
  settle(draft, state);
  return draft.finish();
}

function handle(draft: Draft, input: Input): void {
  switch (input.kind) {
    case "booted":
      return bootAndCatchUp(draft, input.agentResumes);
    case "method":
      return isStarting(draft) ? enqueue(draft, input) : callMethod(draft, input);
    case "pod_event":
      return isStarting(draft) ? enqueue(draft, input) : receiveEvent(draft, input);
    case "turn_admitted":
      return admitTurn(draft, input.turn);
    case "agent_step":
      return stepAgent(draft, input.turn);
    case "agent_done":
      return endAgent(draft, input.turn, input.outcome);
    case "turn_closed":
      return closeTurn(draft, input.turn, input.result);
    case "turn_reported":
      return recordReported(draft, input.turn);
    case "consumed":
      return consumeEvents(draft, input.events);
    case "timer":
      return fire(draft, input);
    case "outbox_acked":
      return ackOutbox(draft, input.seq);
    case "waiting":
      return draft.state.turn === null ? undefined : draft.set({ waiting: input.waiting });
    case "child_ready":
      return childReady(draft, input.child);
    case "child_joined":
      return childJoined(draft, input);
    case "input_answered":
      return forgetApproval(draft, input.requestId);
    case "coordinator_lost":
      return loseCoordinator(draft);
    case "coordinator_found":
      return findCoordinator(draft);
    default:
      return input satisfies never;
  }
}

function isStarting(draft: Draft): boolean {
  return draft.state.phase === "starting";
}

function enqueue(draft: Draft, input: Extract<Input, { requestId: string }>): void {
  const { queued } = draft.state;
  if (queued.length < maxQueuedWhileStarting) return draft.set({ queued: [...queued, input] });
  draft.refuse(input.requestId, "busy", "the pod is starting and its queue is full: try again");
}

function bootAndCatchUp(draft: Draft, agentResumes: boolean): void {
  if (!isStarting(draft)) return;
  boot(draft, agentResumes);
  const { queued } = draft.state;
  draft.set({ queued: [] });
  for (const input of queued) handle(draft, input);
}

/** A timer that came is due, whatever the wall clock says: it may have been set back meanwhile. */
function fire(draft: Draft, { name }: TimerInput): void {
  const { state, nowMs } = draft;
  switch (name) {
    case "kick":
      return state.kickAtMs === null ? undefined : draft.set({ kickAtMs: nowMs });
    case "wake":
      return state.wakeAtMs === null ? undefined : draft.set({ wakeAtMs: nowMs });
    case "shutdown":
      return state.phase === "stopping" ? leave(draft) : undefined;
    default:
      return name satisfies never;
  }
}

function ackOutbox(draft: Draft, seq: number): void {
  const { outbox } = draft.state;
  const ackedSeq = Math.min(seq, outbox.lastSeq);
  if (ackedSeq <= outbox.ackedSeq) return;
  draft.set({ outbox: { ...outbox, ackedSeq } });
  draft.persist({ kind: "outbox_acked", seq: ackedSeq });
}

function forgetApproval(draft: Draft, requestId: string): void {
  const approvals = draft.state.approvals.filter((id) => id !== requestId);
  if (approvals.length === draft.state.approvals.length) return;
  draft.set({ approvals });
  draft.save({ key: "approvals", value: approvals });
}
