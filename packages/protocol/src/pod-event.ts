/**
 * PodEvents: what a child tells its parent. Each kind belongs to exactly one lane (`lanes.ts`).
 * Receivers dedupe on (podId, seq); `seq` is per pod and continues across generations.
 */
import { z } from "zod";
import { Artifact } from "./artifact.ts";
import { Generation, Name, PodId } from "./ids.ts";
import { maxSummaryBytes } from "./limits.ts";
import { ErrorCode } from "./errors.ts";
import { PodState, Waiting } from "./pod-state.ts";
import { ScopeRule } from "./scope-rule.ts";
import { StoppedOutcome, TurnResult } from "./turn.ts";

const common = {
  podId: PodId,
  podName: Name,
  generation: Generation,
  seq: z.int().min(1),
  /** Milliseconds since the epoch on the sender's clock: for display, never for order. */
  at: z.int(),
};

export const InputRequest = z.object({
  id: z.string().min(1).max(64),
  text: z.string().max(4_096),
  options: z.array(z.string().max(256)).max(32).default([]),
  deadlineAt: z.int().nullable(),
});
export type InputRequest = z.infer<typeof InputRequest>;

export const ShutDownCause = z.enum([
  "finished",
  "requested",
  "crashed",
  "killed",
  "oom",
  "timeout",
  "disk",
  "lost",
]);
export type ShutDownCause = z.infer<typeof ShutDownCause>;

export const ProcessExit = z.object({
  code: z.int().nullable(),
  signal: z.string().max(32).nullable(),
});
export type ProcessExit = z.infer<typeof ProcessExit>;

export const TurnEnded = z.object({
  kind: z.literal("turn_ended"),
  ...common,
  turn: z.int().min(1),
  outcome: z.literal("finished"),
  result: TurnResult,
});
export type TurnEnded = z.infer<typeof TurnEnded>;

export const TurnStopped = z.object({
  kind: z.literal("turn_stopped"),
  ...common,
  turn: z.int().min(1),
  outcome: StoppedOutcome,
});
export type TurnStopped = z.infer<typeof TurnStopped>;

export const Errored = z.object({
  kind: z.literal("errored"),
  ...common,
  turn: z.int().min(1).nullable(),
  message: z.string().max(maxSummaryBytes),
  code: ErrorCode,
  /** The agent cannot go on: credentials, quota, its program gone. */
  fatal: z.boolean(),
});
export type Errored = z.infer<typeof Errored>;

export const ShutDown = z.object({
  kind: z.literal("shut_down"),
  ...common,
  cause: ShutDownCause,
  exit: ProcessExit.nullable(),
  /** Files changed and not committed when it died; they stay in its worktree. */
  dirty: z.array(z.string()).max(256),
  lastOutput: z.string().max(maxSummaryBytes),
});
export type ShutDown = z.infer<typeof ShutDown>;

export const InputRequested = z.object({
  kind: z.literal("input_requested"),
  ...common,
  request: InputRequest,
});
export type InputRequested = z.infer<typeof InputRequested>;

export const NeedsInput = z.object({
  kind: z.literal("needs_input"),
  ...common,
  request: InputRequest,
  /** The pod whose agent asked. */
  origin: PodId,
});
export type NeedsInput = z.infer<typeof NeedsInput>;

export const ScopeSubDelegated = z.object({
  kind: z.literal("scope_sub_delegated"),
  ...common,
  /** The direct child through which the receiver reaches `subPod`; rewritten at each hop. */
  parentPod: PodId,
  subPod: PodId,
  subName: Name,
  subSocket: z.string().nullable(),
  scope: z.array(ScopeRule),
});
export type ScopeSubDelegated = z.infer<typeof ScopeSubDelegated>;

export const ScopeReturned = z.object({
  kind: z.literal("scope_returned"),
  ...common,
  subPod: PodId,
  scope: z.array(ScopeRule),
});
export type ScopeReturned = z.infer<typeof ScopeReturned>;

export const StateChanged = z.object({
  kind: z.literal("state_changed"),
  ...common,
  state: PodState,
  waiting: Waiting.nullable().default(null),
  /** With `restarting`: the generation that will come. */
  nextGeneration: Generation.optional(),
});
export type StateChanged = z.infer<typeof StateChanged>;

export const ArtifactReady = z.object({
  kind: z.literal("artifact_ready"),
  ...common,
  artifact: Artifact,
  evidence: z.boolean().default(false),
});
export type ArtifactReady = z.infer<typeof ArtifactReady>;

export const PodEvent = z.discriminatedUnion("kind", [
  TurnEnded,
  TurnStopped,
  Errored,
  ShutDown,
  InputRequested,
  NeedsInput,
  ScopeSubDelegated,
  ScopeReturned,
  StateChanged,
  ArtifactReady,
]);
export type PodEvent = z.infer<typeof PodEvent>;
export type PodEventKind = PodEvent["kind"];

/** An event of a newer peer: logged on the control lane, never shown to an agent. */
export const UnknownPodEvent = z.object({
  kind: z.literal("unknown"),
  ...common,
  originalKind: z.string().max(128),
  raw: z.unknown(),
});
export type UnknownPodEvent = z.infer<typeof UnknownPodEvent>;

const knownKinds: ReadonlySet<string> = new Set<PodEventKind | "unknown">([
  "turn_ended",
  "turn_stopped",
  "errored",
  "shut_down",
  "input_requested",
  "needs_input",
  "scope_sub_delegated",
  "scope_returned",
  "state_changed",
  "artifact_ready",
  "unknown",
]);

/** What is read off the wire: a known event, or an explicit `unknown`. */
export const ReceivedPodEvent = z.preprocess(
  (value) => {
    const event = value as { kind?: unknown } | null;
    if (typeof event?.kind !== "string" || knownKinds.has(event.kind)) return value;
    return { ...event, kind: "unknown", originalKind: event.kind, raw: value };
  },
  z.discriminatedUnion("kind", [...PodEvent.options, UnknownPodEvent]),
);
export type ReceivedPodEvent = PodEvent | UnknownPodEvent;

type Unsent<E> = E extends unknown
  ? Omit<E, "podId" | "podName" | "generation" | "seq" | "at">
  : never;
/** A PodEvent before its sender's outbox has numbered it. */
export type PodEventBody = Unsent<PodEvent>;
