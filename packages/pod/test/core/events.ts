/**
 * One body of every PodEvent kind, and the lane each one belongs to.
 */
import type { ArtifactId, PodEventBody, PodEventKind } from "@podlane/protocol";
import { grandchild, child, commitOf, resultOf, scope } from "./scenario.ts";

const request = { id: "q1", text: "may I?", options: ["yes", "no"], deadlineAt: null };

type BodyOf<K extends PodEventKind> = Extract<PodEventBody, { kind: K }>;

export const bodies: { readonly [K in PodEventKind]: BodyOf<K> } = {
  turn_ended: {
    kind: "turn_ended",
    turn: 1,
    outcome: "finished",
    result: resultOf(commitOf("c")),
  },
  turn_stopped: { kind: "turn_stopped", turn: 1, outcome: "cancelled" },
  errored: { kind: "errored", turn: 1, message: "boom", code: "internal", fatal: false },
  shut_down: { kind: "shut_down", cause: "killed", exit: null, dirty: [], lastOutput: "" },
  input_requested: { kind: "input_requested", request },
  needs_input: { kind: "needs_input", request, origin: child },
  scope_sub_delegated: {
    kind: "scope_sub_delegated",
    parentPod: child,
    subPod: grandchild,
    subName: "grand",
    subSocket: "/s/grand",
    scope,
  },
  scope_returned: { kind: "scope_returned", subPod: grandchild, scope },
  state_changed: { kind: "state_changed", state: "running", waiting: null },
  artifact_ready: {
    kind: "artifact_ready",
    artifact: {
      id: `sha256:${"f".repeat(64)}` as ArtifactId,
      kind: "diff",
      bytes: 3,
      mediaType: "text/x-diff",
    },
    evidence: true,
  },
};

export const visibleKinds = [
  "turn_ended",
  "turn_stopped",
  "errored",
  "shut_down",
  "input_requested",
] as const satisfies readonly PodEventKind[];

export const controlKinds = [
  "needs_input",
  "scope_sub_delegated",
  "scope_returned",
  "state_changed",
  "artifact_ready",
] as const satisfies readonly PodEventKind[];
