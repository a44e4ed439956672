/**
 * Turns: asked for, begun when there is a slot, given up while waiting, ended.
 */
import { accepted, refused } from "@podlane/protocol";
import type { Outcome, Waiting } from "@podlane/protocol";
import { endClaimsOfTurn } from "../claims/hand-over.ts";
import { accept, acceptSilently, refuse, refuseWith } from "../decider.ts";
import type { Deciders } from "../decider.ts";
import { fact, subjectOf } from "../fact.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { reporter } from "../pods/reports.ts";
import { findDeadlock } from "../deadlock.ts";
import { needsOfWaits } from "../wait-graph.ts";
import { positionOf } from "./admission.ts";

export const turnDeciders: Deciders<"pod.turn_request" | "pod.turn_yield" | "pod.turn_end"> = {
  /** Idempotent for the turn that is already asked for or running. */
  "pod.turn_request": (state, params) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    const pod = found.value;
    const checked = checkRequest(pod, params.turn);
    if (!checked.ok) return refuseWith(checked.error);
    const { generation, turn, cause } = params;
    const resumed = params.resumed || pod.turn?.phase === "yielded";
    const isNew = pod.turn === null || pod.turn.phase === "yielded";
    const data = { generation, turn, cause, resumed };
    const events = isNew ? [fact("pod.turn_requested", subjectOf.pod(pod.id), data)] : [];
    return accept<"pod.turn_request">(events, (after) => {
      const position = positionOf(after, pod.id);
      return { admitted: position === 0, position };
    });
  },
  /**
   * States all waits that are under way in the turn, the first as the reason that is shown. Refuses
   * `not_running` without a slot, and `deadlock` when one of them closes a cycle.
   */
  "pod.turn_yield": (state, params, { nowMs }) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    const pod = found.value;
    if (pod.turn?.n !== params.turn || pod.turn.phase === "requested")
      return notRunning(pod, params.turn);
    const known = pod.turn.waits;
    const waits = [params.waiting, ...params.beside].map((wait) => sinceOf(wait, known, nowMs));
    if (isSameWaits(waits, known)) return acceptSilently();
    const needs = () => needsOfWaits(state, pod, waits);
    const deadlock = findDeadlock(state, { start: pod.id, needs });
    if (deadlock !== null) return refuseWith(deadlock);
    const [waiting = params.waiting, ...beside] = waits;
    const data = { generation: pod.generation, turn: params.turn, waiting, beside };
    return acceptSilently(fact("pod.turn_yielded", subjectOf.pod(pod.id), data));
  },
  /**
   * Ends the claims that were taken for it. Idempotent for the last turn; one that ran without a
   * coordinator may end.
   */
  "pod.turn_end": (state, params) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    const pod = found.value;
    const { generation, turn, cause, outcome, result, message, code } = params;
    if (pod.turn === null && (pod.lastTurn?.turn ?? 0) >= turn) return acceptSilently();
    if (pod.turn !== null && pod.turn.n !== turn) return notRunning(pod, turn);
    const data = { generation, turn, cause, outcome, result, message, code };
    const ended = fact("pod.turn_ended", subjectOf.pod(pod.id), data);
    return acceptSilently(ended, ...endClaimsOfTurn(state, pod, turn));
  },
};

function checkRequest(pod: PodEntry, turn: number): Outcome<null> {
  const { name } = pod.spec;
  if (pod.state === "stopping") {
    return refused("unavailable", `${name} is stopping: it begins no turn`);
  }
  if (pod.turn !== null && pod.turn.n !== turn) {
    return refused("already_running", `turn ${pod.turn.n} of ${name} is ${pod.turn.phase}`);
  }
  const last = pod.lastTurn?.turn ?? 0;
  if (pod.turn === null && turn <= last) {
    return refused("conflict", `turn ${turn} of ${name} has ended: the next is ${last + 1}`);
  }
  return accepted(null);
}

/** A wait that goes on keeps its beginning. */
function sinceOf(wait: Waiting, known: readonly Waiting[], nowMs: number): Waiting {
  return known.find((one) => isSameWait(one, wait)) ?? { ...wait, sinceMs: nowMs };
}

function isSameWaits(a: readonly Waiting[], b: readonly Waiting[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

function isSameWait(a: Waiting, b: Waiting): boolean {
  return a.reason === b.reason && a.mode === b.mode && a.on.join() === b.on.join();
}

function notRunning(pod: PodEntry, turn: number): ReturnType<typeof refuse> {
  const found = pod.turn === null ? "no turn" : `turn ${pod.turn.n} (${pod.turn.phase})`;
  return refuse("not_running", `turn ${turn} of ${pod.spec.name} is not running: found ${found}`);
}
