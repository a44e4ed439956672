/**
 * Keys and values that the contracts name but whose engine does not exist yet. They are refused
 * with the reason: a setting that nothing obeys is worse than none.
 */
import type { ConfigFile, ResourceLimitsFile } from "./config-file.ts";
import type { PlanFile, TaskFile } from "./plan-file.ts";

export interface Unsupported {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

type PerPod = Pick<ConfigFile, "budget" | "idle_ttl_seconds" | "limits">;

export function unsupportedInConfig(
  config: ConfigFile,
  at: readonly (string | number)[],
): Unsupported[] {
  const found = unsupportedPerPod(config, at);
  const say = (key: string, reason: string) => found.push({ path: [...at, key], reason });
  if (config.execution_mode === "thread")
    say("execution_mode", "a pod is a process: a thread could not be limited, jailed or killed");
  if (config.isolation_strategy === "overlay")
    say("isolation_strategy", "overlay workspaces do not exist yet; use worktree or directory");
  if (config.database_strategy === "shared")
    say("database_strategy", "databases that pods share do not exist yet");
  found.push(...unsupportedLimits(config.resource_limits, [...at, "resource_limits"]));
  return found;
}

export function unsupportedInPlan(plan: PlanFile): Unsupported[] {
  const found = unsupportedInConfig(plan.config ?? {}, ["config"]);
  if (plan.config?.sessions !== undefined)
    found.push({ path: ["config", "sessions"], reason: "the server's: it belongs in pod.yaml" });
  if (plan.sandbox === "required")
    found.push({ path: ["sandbox"], reason: "there is no sandbox yet; use off (or auto)" });
  plan.tasks.forEach((task: TaskFile, index) => {
    found.push(...unsupportedPerPod(task, ["tasks", index]));
  });
  return found;
}

function unsupportedPerPod(settings: PerPod, at: readonly (string | number)[]): Unsupported[] {
  const found = unsupportedLimits(settings.limits, [...at, "limits"]);
  const say = (key: string, reason: string) => found.push({ path: [...at, key], reason });
  if (settings.budget !== undefined) say("budget", "budgets do not exist yet");
  if (settings.idle_ttl_seconds !== undefined)
    say("idle_ttl_seconds", "parking idle pods does not exist yet");
  return found;
}

function unsupportedLimits(
  limits: ResourceLimitsFile | undefined,
  at: readonly (string | number)[],
): Unsupported[] {
  const unenforced = (["memory_mb", "cpu_percent", "disk_mb"] as const).filter(
    (key) => limits?.[key] !== undefined,
  );
  return unenforced.map((key) => ({
    path: [...at, key],
    reason: "not enforced without the sandbox; only time_seconds is",
  }));
}
