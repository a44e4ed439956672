/**
 * The `config` block of a plan, also the whole of `pod.yaml`: strict, because people write it.
 * Which of its keys have no engine yet is said in `unsupported.ts`, never ignored.
 */
import { maxUnitCapacity, type RestartPolicy, TaskType } from "@podlane/protocol";
import { z } from "zod";

const Seconds = z
  .int()
  .min(1)
  .max(7 * 86_400);

/**
 * Silence after which an agent from outside is dead. Below three heartbeats it would end agents
 * between two of them.
 */
export const deadAfterSeconds = Seconds.min(30);

export const ResourceLimitsFile = z.strictObject({
  memory_mb: z.int().min(1).optional(),
  cpu_percent: z.int().min(1).optional(),
  time_seconds: Seconds.optional(),
  disk_mb: z.int().min(1).optional(),
});
export type ResourceLimitsFile = z.infer<typeof ResourceLimitsFile>;

export const RestartText = z
  .string()
  .regex(/^(never|on-failure:[1-9][0-9]?)$/, { error: "restart is 'never' or 'on-failure:N'" });

/** How many restarts a text allows within the policy's window. */
export function restartPolicy(text: string): RestartPolicy {
  return { maxRestarts: text === "never" ? 0 : Number(text.slice("on-failure:".length)) };
}

/** Types of tasks that a worker takes from the work queue when it is idle. */
export const PullFile = z.strictObject({ task_types: z.array(TaskType).min(1) });

/** What may stand in `config` and on a task alike. */
export const perPod = {
  priority: z.int().min(1).max(10).optional(),
  delegate: z.int().min(0).max(3).optional(),
  restart: RestartText.optional(),
  limits: ResourceLimitsFile.optional(),
  budget: z.record(z.string(), z.unknown()).optional(),
  pull: PullFile.optional(),
  coalesce_ms: z.int().min(0).max(60_000).optional(),
  wake_budget: z.int().min(1).max(10_000).optional(),
  idle_ttl_seconds: Seconds.optional(),
  coordinator_down: z.enum(["block", "continue"]).optional(),
} as const;

export const ConfigFile = z.strictObject({
  ...perPod,
  max_concurrent_agents: z.int().min(1).max(1_000).optional(),
  isolation_strategy: z.enum(["worktree", "directory", "overlay"]).optional(),
  execution_mode: z.enum(["process", "thread"]).optional(),
  database_strategy: z.enum(["per_agent", "shared"]).optional(),
  resource_limits: ResourceLimitsFile.optional(),
  auto_merge: z.boolean().optional(),
  cleanup_on_complete: z.boolean().optional(),
  claims: z
    .strictObject({
      mode: z.enum(["strict", "advisory"]).optional(),
      /** By process (`test` is `proc:test`): how many may hold it at once; else one. */
      capacity: z.record(z.string(), z.int().min(1).max(maxUnitCapacity)).optional(),
    })
    .optional(),
  /** Of agents from outside; the server's, so not a plan's. */
  sessions: z.strictObject({ dead_after_seconds: deadAfterSeconds.optional() }).optional(),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
