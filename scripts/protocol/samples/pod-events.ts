/** One valid PodEvent of every kind; a kind without one does not compile. */
import type { z } from "zod";
import type { PodEvent, PodEventKind } from "../../../packages/protocol/src/index.ts";
import {
  artifact,
  atMs,
  inputRequest,
  podId,
  processExit,
  scope,
  socket,
  subPodId,
  turnResult,
  waiting,
} from "./values.ts";

type EventInput = z.input<typeof PodEvent>;
type Samples = { readonly [K in PodEventKind]: Extract<EventInput, { kind: K }> };

const sender = { podId, podName: "worker", generation: 2, at: atMs };

export const podEventSamples: Samples = {
  turn_ended: {
    kind: "turn_ended",
    ...sender,
    seq: 1,
    turn: 1,
    outcome: "finished",
    result: turnResult,
  },
  turn_stopped: { kind: "turn_stopped", ...sender, seq: 2, turn: 2, outcome: "limit_reached" },
  errored: {
    kind: "errored",
    ...sender,
    seq: 3,
    turn: null,
    message: "The agent program is gone",
    code: "unavailable",
    fatal: true,
  },
  shut_down: {
    kind: "shut_down",
    ...sender,
    seq: 4,
    cause: "killed",
    exit: processExit,
    dirty: ["src/parser.ts"],
    lastOutput: "Killed\n",
  },
  input_requested: { kind: "input_requested", ...sender, seq: 5, request: inputRequest },
  needs_input: { kind: "needs_input", ...sender, seq: 6, request: inputRequest, origin: subPodId },
  scope_sub_delegated: {
    kind: "scope_sub_delegated",
    ...sender,
    seq: 7,
    parentPod: podId,
    subPod: subPodId,
    subName: "helper",
    subSocket: socket,
    scope,
  },
  scope_returned: { kind: "scope_returned", ...sender, seq: 8, subPod: subPodId, scope },
  state_changed: { kind: "state_changed", ...sender, seq: 9, state: "running", waiting },
  artifact_ready: { kind: "artifact_ready", ...sender, seq: 10, artifact, evidence: true },
};

/** What a peer of a later revision might send. */
export const newerPodEvent = {
  kind: "budget_warned",
  ...sender,
  seq: 11,
  leftMicroUsd: 5,
} as const;
