/**
 * How turn events change a pod and the slots in use.
 */
import type { LastTurn, Waiting } from "@podlane/protocol";
import type { Evolvers } from "../fact.ts";
import { podOf } from "../pods/evolve.ts";
import { freeTurn, setTurn } from "./slots.ts";

const none: readonly Waiting[] = [];

export const turnEvolvers: Evolvers<
  "pod.turn_requested" | "pod.turn_admitted" | "pod.turn_yielded" | "pod.turn_ended"
> = {
  "pod.turn_requested": (state, { turn: n, cause, resumed }, { event, undo }) => {
    const pod = podOf(state, event);
    const turn = {
      n,
      cause,
      phase: "requested",
      waits: none,
      resumed,
      sinceMs: event.atMs,
    } as const;
    const waiting: Waiting = { reason: "admission", on: [], sinceMs: event.atMs };
    setTurn(state, pod, { turn, undo });
    undo.assign(pod, "quiet", null);
    undo.assign(pod, "waiting", waiting);
  },
  "pod.turn_admitted": (state, { turn: n }, { event, undo }) => {
    const pod = podOf(state, event);
    const cause = pod.turn?.cause ?? "user";
    const resumed = pod.turn?.resumed ?? false;
    const turn = { n, cause, phase: "running", waits: none, resumed, sinceMs: event.atMs } as const;
    setTurn(state, pod, { turn, undo });
    undo.assign(pod, "waiting", null);
    if (pod.state === "idle") undo.assign(pod, "state", "running");
    undo.assign(pod, "changedAtMs", event.atMs);
  },
  "pod.turn_yielded": (state, { turn: n, waiting, beside }, { event, undo }) => {
    const pod = podOf(state, event);
    const cause = pod.turn?.cause ?? "user";
    const waits = [waiting, ...beside];
    const sinceMs = event.atMs;
    const turn = { n, cause, phase: "yielded", waits, resumed: false, sinceMs } as const;
    setTurn(state, pod, { turn, undo });
    undo.assign(pod, "waiting", waiting);
    undo.assign(pod, "changedAtMs", event.atMs);
  },
  "pod.turn_ended": (state, data, { event, undo }) => {
    const pod = podOf(state, event);
    const { turn, cause, outcome, result, message, code } = data;
    // Older logs have none.
    const ended: LastTurn = { turn, cause, outcome, result, message, code: code ?? null };
    freeTurn(state, pod, undo);
    undo.assign(pod, "quiet", null);
    undo.assign(pod, "lastTurn", ended);
    if (cause === "user") undo.assign(pod, "lastUserTurn", ended);
    // A turn that made no commit has not unmade those of the turns before it.
    const commit = result?.commit ?? pod.result?.commit ?? null;
    if (result !== null) undo.assign(pod, "result", { ...result, commit });
    undo.assign(pod, "waiting", null);
    if (pod.state === "running" || pod.state === "paused") undo.assign(pod, "state", "idle");
    undo.assign(pod, "changedAtMs", event.atMs);
  },
};
