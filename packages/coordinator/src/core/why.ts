/**
 * Waits explained in lines of text: who is in the way, since when, and what each is doing.
 */
import { accepted, refused } from "@podlane/protocol";
import type { ClaimEntry } from "./claims/claims-slice.ts";
import { firstBefore } from "./claims/before.ts";
import { claimsOf, findClaim } from "./claims/claims-slice.ts";
import { maxWhySteps } from "./limits.ts";
import { pauseOfMerge } from "./merges/advance.ts";
import { mergeOfPod } from "./merges/merges-slice.ts";
import type { PodEntry } from "./pods/pods-slice.ts";
import { findPod, nameOf } from "./pods/tree.ts";
import type { Queries } from "./query.ts";
import { findRun } from "./runs/runs-slice.ts";
import type { WorkspaceState } from "./state.ts";
import { fullGroups, positionOf } from "./turns/admission.ts";
import { describeEdge, waitsOf } from "./wait-graph.ts";

export const whyQueries: Queries<"claim.why" | "pod.why"> = {
  "claim.why": (state, { claim: id }, { nowMs }) => {
    const claim = findClaim(state.claims, id);
    if (claim === undefined) return refused("not_found", `claim ${id} is not live`);
    return accepted({ lines: whyClaim(state, claim, nowMs) });
  },
  "pod.why": (state, { pod: id }, { nowMs }) => {
    const pod = findPod(state, id);
    if (pod === undefined) return refused("not_found", `pod ${id} is not known`);
    return accepted({ lines: whyPod(state, pod, nowMs) });
  },
};

function whyClaim(state: WorkspaceState, claim: ClaimEntry, nowMs: number): string[] {
  const lines = [describeClaim(state, claim, nowMs)];
  if (claim.fence === null) {
    for (const blocker of firstBefore(state, claim, maxWhySteps)) {
      lines.push(`  behind ${describeClaim(state, blocker, nowMs)}`);
    }
  }
  return [...lines, ...chain(state, claim.holder, nowMs)];
}

function whyPod(state: WorkspaceState, pod: PodEntry, nowMs: number): string[] {
  const lines = [`${pod.spec.name} ${activityOf(state, pod, nowMs)}`];
  for (const claim of claimsOf(state.claims, pod.id)) {
    if (claim.fence === null) lines.push(`  ${describeClaim(state, claim, nowMs)}`);
  }
  const merge = mergeOfPod(state.merges, pod.id);
  const pause = merge?.state === "queued" ? pauseOfMerge(state, merge) : null;
  if (pause !== null) {
    const holder = nameOf(state, pause.holder);
    lines.push(`  its merge waits for ${pause.units.join(" ")} held by ${holder}`);
  }
  return [...lines, ...chain(state, pod.id, nowMs)];
}

/** Everybody that is waited for, through others too, with what each is doing. */
function chain(state: WorkspaceState, start: string, nowMs: number): string[] {
  const lines: string[] = [];
  const seen = new Set([start]);
  const frontier = [start];
  for (let at = 0; at < frontier.length; at += 1) {
    for (const edge of waitsOf(state, frontier[at] ?? start)) {
      if (lines.length === maxWhySteps) return [...lines, "  … and more"];
      const wait = `${nameOf(state, edge.from)} ${describeEdge(state, edge)}`;
      lines.push(`  ${wait}, which ${doing(state, edge.to, nowMs)}`);
      if (seen.has(edge.to)) continue;
      seen.add(edge.to);
      frontier.push(edge.to);
    }
  }
  return lines;
}

function doing(state: WorkspaceState, registration: string, nowMs: number): string {
  const pod = findPod(state, registration);
  return pod === undefined ? "is an agent from outside" : activityOf(state, pod, nowMs);
}

function activityOf(state: WorkspaceState, pod: PodEntry, nowMs: number): string {
  const { turn, waiting } = pod;
  if (turn?.phase === "requested") return describeAdmission(state, pod, turn.sinceMs, nowMs);
  if (waiting !== null) {
    const on = waiting.on.map((id) => nameOf(state, id)).join(", ");
    const whom = on === "" ? waiting.reason : `${waiting.reason} ${on}`;
    return `waits for ${whom} since ${age(nowMs - waiting.sinceMs)}`;
  }
  if (turn?.phase === "running") return `runs turn ${turn.n} since ${age(nowMs - turn.sinceMs)}`;
  return `is ${pod.state} since ${age(nowMs - pod.changedAtMs)}`;
}

function describeAdmission(
  state: WorkspaceState,
  pod: PodEntry,
  sinceMs: number,
  nowMs: number,
): string {
  const since = `since ${age(nowMs - sinceMs)}`;
  const run = findRun(state.runs, pod.runId);
  if (run !== undefined && run.state !== "active") {
    return `waits for admission ${since}: its run is ${run.state}`;
  }
  const place = `place ${positionOf(state, pod.id)}`;
  return `waits for admission ${since}: ${[place, ...fullGroups(state, pod)].join(", ")}`;
}

function describeClaim(state: WorkspaceState, claim: ClaimEntry, nowMs: number): string {
  const verb = claim.fence === null ? "queues for" : "holds";
  const reason = claim.reason === "" ? "" : ` (${claim.reason})`;
  const left = claim.expiresAtMs === null ? "" : `, ${age(claim.expiresAtMs - nowMs)} left`;
  const what = `${claim.mode} ${claim.units.join(" ")}${reason}`;
  const since = `since ${age(nowMs - claim.sinceMs)}`;
  return `${claim.id}: ${nameOf(state, claim.holder)} ${verb} ${what} ${since}${left}`;
}

/** A length of time as people say it. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
