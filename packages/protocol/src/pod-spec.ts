/**
 * What a pod is asked to be: agent, task, loan, limits, settings. Recorded whole on the log when
 * the pod is spawned, so that a host can start or restart it from the log alone.
 */
import { z } from "zod";
import { CommitId, Name, RunId } from "./ids.ts";
import { maxDelegateLevels, maxListedNames, maxMessageBytes, maxTagLength } from "./limits.ts";
import { Scope } from "./scope-rule.ts";
import { TaskType } from "./task.ts";

/** A script's source travels with the spec: its file may change or go while the pod lives. */
export const ScriptAgentSpec = z.object({
  driver: z.literal("script"),
  /** Where it was read: for display and messages only. */
  path: z.string(),
  source: z.string().max(maxMessageBytes),
});

export const ShellAgentSpec = z.object({
  driver: z.literal("shell"),
  command: z.array(z.string()).min(1).max(1_024),
});

export const AgentSpec = z.discriminatedUnion("driver", [ScriptAgentSpec, ShellAgentSpec]);
export type AgentSpec = z.infer<typeof AgentSpec>;

/** Limits that the host enforces. An absent limit is not enforced. */
export const ResourceLimits = z.object({
  timeSeconds: z
    .int()
    .min(1)
    .max(7 * 86_400)
    .optional(),
});
export type ResourceLimits = z.infer<typeof ResourceLimits>;

export const MergeMode = z.enum(["review", "auto", "none"]);
export type MergeMode = z.infer<typeof MergeMode>;

export const MergeMethod = z.enum(["merge", "squash", "rebase", "ff"]);
export type MergeMethod = z.infer<typeof MergeMethod>;

export const MergeSettings = z.object({
  mode: MergeMode.default("review"),
  method: MergeMethod.default("merge"),
  /** Command run by `sh -c` on the combination; absent: nothing but git decides. */
  gate: z.string().max(8_192).optional(),
  /** 1 first. */
  priority: z.int().min(1).max(10).default(5),
});
export type MergeSettings = z.infer<typeof MergeSettings>;

/** Makes a fresh workspace usable. */
export const Setup = z.object({
  run: z.string().max(8_192).optional(),
  link: z.array(z.string()).max(64).default([]),
  copy: z.array(z.string()).max(64).default([]),
});
export type Setup = z.infer<typeof Setup>;

export const IsolationStrategy = z.enum(["worktree", "directory"]);
export type IsolationStrategy = z.infer<typeof IsolationStrategy>;

/** Settings of the pod's own runtime. */
export const PodSettings = z.object({
  coalesceMs: z.int().min(0).max(60_000).default(50),
  /** Kicks a minute that notifications may cause (token bucket of the same size). */
  wakeBudgetPerMinute: z.int().min(1).max(10_000).default(30),
  /** `strict`: a write without a claim is refused; `advisory`: it is recorded and warned of. */
  claimsMode: z.enum(["strict", "advisory"]).default("strict"),
  /** What writes do while no coordinator answers. */
  coordinatorDown: z.enum(["block", "continue"]).default("block"),
  /** A worker: when idle it claims tasks of these types and runs a turn for each. */
  pull: z.object({ taskTypes: z.array(TaskType).min(1).max(maxListedNames) }).optional(),
});
export type PodSettings = z.infer<typeof PodSettings>;

/** Ten minutes: restarts within it count against `maxRestarts`. */
export const restartWindowMs = 600_000;

/** What follows when the process dies unasked: `never` is none, `on-failure:N` is at most N. */
export const RestartPolicy = z.object({ maxRestarts: z.int().min(0).max(99) });
export type RestartPolicy = z.infer<typeof RestartPolicy>;

/** Where a pod's branch starts. */
export const StartPoint = z.object({
  /** The branch it was taken from and is merged back to; null for a detached head. */
  branch: z.string().nullable(),
  commit: CommitId,
  /** Results of dependencies, combined onto `commit` in this order. */
  combine: z.array(CommitId).max(256).default([]),
});
export type StartPoint = z.infer<typeof StartPoint>;

/** Pods of one run whose turns share a bound beside the run's, because one agent serves them. */
export const AgentCap = z.object({
  /** The preset's name in the plan. */
  agent: z.string().min(1).max(maxTagLength),
  maxConcurrent: z.int().min(1).max(1_000),
});
export type AgentCap = z.infer<typeof AgentCap>;

export const PodSpec = z.object({
  name: Name,
  agent: AgentSpec,
  /** The first turn's input; null: the pod starts idle. */
  task: z.string().max(maxMessageBytes).nullable(),
  /** null: the default scope (workspace for a top-level pod, read only for a child). */
  scope: Scope.nullable().default(null),
  delegate: z.int().min(0).max(maxDelegateLevels).default(maxDelegateLevels),
  /** Claims taken before each turn starts and held to its end. */
  claims: z.array(z.string()).max(64).default([]),
  limits: ResourceLimits.default({}),
  priority: z.int().min(1).max(10).default(5),
  isolation: IsolationStrategy.default("worktree"),
  start: StartPoint,
  merge: MergeSettings,
  setup: Setup.nullable().default(null),
  settings: PodSettings,
  agentCap: AgentCap.optional(),
  cleanupOnComplete: z.boolean().default(true),
  restart: RestartPolicy.default({ maxRestarts: 0 }),
  runId: RunId.nullable().default(null),
  taskId: Name.nullable().default(null),
});
export type PodSpec = z.infer<typeof PodSpec>;
