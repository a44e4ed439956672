/**
 * A plan run as the log knows it. The plan file itself (YAML, strict) is read by the CLI and
 * arrives here resolved: presets replaced by agents, paths canonical, defaults filled in.
 */
import { z } from "zod";
import { CommitId, MergeId, Name, PodId, RunId } from "./ids.ts";
import { maxPlanTasks } from "./limits.ts";
import { PodSpec } from "./pod-spec.ts";
import { TurnOutcome } from "./turn.ts";

export const PlanTask = z.object({
  id: Name,
  spec: PodSpec,
  dependsOn: z.array(Name).max(256).default([]),
});
export type PlanTask = z.infer<typeof PlanTask>;

export const Plan = z.object({
  /** Where it was read, for display. */
  path: z.string(),
  base: z.object({ branch: z.string().nullable(), commit: CommitId }),
  maxConcurrentAgents: z.int().min(1).max(1_000).default(5),
  tasks: z.array(PlanTask).min(1).max(maxPlanTasks),
});
export type Plan = z.infer<typeof Plan>;

export const TaskState = z.enum([
  "blocked",
  "running",
  "done",
  "failed",
  "cancelled",
  "dependency_failed",
]);
export type TaskState = z.infer<typeof TaskState>;

export const RunTaskView = z.object({
  id: Name,
  state: TaskState,
  pod: PodId.nullable(),
  attempt: z.int().min(0),
  outcome: TurnOutcome.nullable(),
  branch: z.string().nullable(),
  commit: CommitId.nullable(),
  merge: MergeId.nullable(),
  waitsFor: z.array(Name),
  /** Why it does not run, for people; null while it does and once it has ended. */
  why: z.string().nullable(),
  startedAtMs: z.int().nullable(),
  endedAtMs: z.int().nullable(),
  message: z.string().nullable(),
});
export type RunTaskView = z.infer<typeof RunTaskView>;

export const RunState = z.enum(["active", "draining", "paused", "cancelled", "ended"]);
export type RunState = z.infer<typeof RunState>;

/** `done`: every task done and landed or set aside; `partial`: some; `failed`: none. */
export const RunOutcome = z.enum(["done", "partial", "failed", "conflict", "cancelled"]);
export type RunOutcome = z.infer<typeof RunOutcome>;

export const RunView = z.object({
  id: RunId,
  path: z.string(),
  state: RunState,
  outcome: RunOutcome.nullable(),
  maxConcurrentAgents: z.int(),
  base: Plan.shape.base,
  tasks: z.array(RunTaskView),
  submittedAtMs: z.int(),
  endedAtMs: z.int().nullable(),
});
export type RunView = z.infer<typeof RunView>;
