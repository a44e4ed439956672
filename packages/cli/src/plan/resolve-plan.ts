/**
 * From the plan file to the plan that is submitted: presets become agents, rules become scopes,
 * defaults are filled in, the base is a commit.
 */
import {
  type AgentSpec,
  type CommitId,
  Plan,
  type PlanTask,
  type UnitCapacity,
  PodSettings,
  Setup,
  type PodSpec,
  type ScopeRule,
  parseScopeRule,
} from "@podlane/protocol";
import { capacitiesIn } from "../unit-capacities.ts";
import { resolveAgent } from "./agents.ts";
import { type ConfigFile, restartPolicy } from "./config-file.ts";
import type { PlanFile, TaskFile } from "./plan-file.ts";
import type { ParsedSource, Problem } from "./yaml-source.ts";

export interface PlanContext {
  /** Where the plan was read, for display. */
  readonly path: string;
  readonly baseDir: string;
  readonly base: { readonly branch: string | null; readonly commit: CommitId };
  /** Project and user settings beneath the plan's own. */
  readonly defaults: ConfigFile;
  readonly overrides: {
    readonly maxConcurrent?: number;
    readonly mergeMode?: "review" | "auto" | "none";
    readonly agent?: string;
  };
}

export interface ResolvedPlan {
  readonly plan: Plan | null;
  readonly capacities: readonly UnitCapacity[];
  readonly problems: readonly Problem[];
}

export async function resolvePlan(
  file: PlanFile,
  source: ParsedSource<PlanFile>,
  context: PlanContext,
): Promise<ResolvedPlan> {
  const problems: Problem[] = [];
  const tasks: PlanTask[] = [];
  for (const [index, task] of file.tasks.entries()) {
    const agent = await resolveAgent({
      agent: context.overrides.agent ?? task.agent,
      task: task.task,
      presets: file.agents ?? {},
      baseDir: context.baseDir,
    });
    if (agent.ok) tasks.push(resolveTask(task, agent.value, file, context));
    else {
      const path = ["tasks", index, "agent"];
      const message = agent.error.message;
      problems.push({ ...source.locate(path), path: path.join("."), message });
    }
  }
  if (problems.length > 0) return { plan: null, capacities: [], problems };
  const config = { ...context.defaults, ...file.config };
  const maxConcurrentAgents = context.overrides.maxConcurrent ?? config.max_concurrent_agents;
  const plan = Plan.parse({ path: context.path, base: context.base, maxConcurrentAgents, tasks });
  return { plan, capacities: capacitiesIn(config), problems: [] };
}

/** A plan's work goes on after a death; a pod that somebody spawned by hand is watched by them. */
const defaultTaskRestart = "on-failure:3";

function resolveTask(
  task: TaskFile,
  agent: AgentSpec,
  file: PlanFile,
  context: PlanContext,
): PlanTask {
  const presetName = context.overrides.agent ?? task.agent;
  const preset = file.agents?.[presetName];
  const maxConcurrent = preset?.max_concurrent;
  const ofAgent = preset?.pull === undefined ? {} : { pull: preset.pull };
  const config = { restart: defaultTaskRestart, ...context.defaults, ...file.config, ...ofAgent };
  const spec: PodSpec = {
    ...specFromConfig({ ...config, ...definedOnly(settingsOf(task)) }, context.base),
    name: task.id,
    agent,
    task: task.task,
    scope: task.scope === undefined ? null : task.scope.flatMap(ruleOf),
    claims: task.claims ?? [],
    taskId: task.id,
    ...(maxConcurrent === undefined ? {} : { agentCap: { agent: presetName, maxConcurrent } }),
    setup: file.setup === undefined ? null : Setup.parse(file.setup),
    merge: {
      mode:
        context.overrides.mergeMode ?? file.merge?.mode ?? (config.auto_merge ? "auto" : "review"),
      method: file.merge?.method ?? "merge",
      priority: file.merge?.priority?.[task.id] ?? 5,
      ...(file.merge?.gate === undefined ? {} : { gate: file.merge.gate }),
    },
  };
  return { id: task.id, spec, dependsOn: task.depends_on ?? [] };
}

/** The part of a pod's spec that settings decide: shared by `pod run` and `pod spawn`. */
export function specFromConfig(
  config: ConfigFile,
  base: PlanContext["base"],
): Omit<PodSpec, "name" | "agent" | "task" | "merge"> {
  const timeSeconds = config.limits?.time_seconds ?? config.resource_limits?.time_seconds;
  return {
    scope: null,
    claims: [],
    delegate: config.delegate ?? 3,
    limits: timeSeconds === undefined ? {} : { timeSeconds },
    priority: config.priority ?? 5,
    restart: restartPolicy(config.restart ?? "never"),
    isolation: config.isolation_strategy === "directory" ? "directory" : "worktree",
    start: { branch: base.branch, commit: base.commit, combine: [] },
    setup: null,
    cleanupOnComplete: config.cleanup_on_complete ?? true,
    runId: null,
    taskId: null,
    settings: PodSettings.parse({
      coalesceMs: config.coalesce_ms,
      wakeBudgetPerMinute: config.wake_budget,
      claimsMode: config.claims?.mode,
      coordinatorDown: config.coordinator_down,
      pull: config.pull === undefined ? undefined : { taskTypes: config.pull.task_types },
    }),
  };
}

function settingsOf(task: TaskFile): ConfigFile {
  const { id: _id, agent: _agent, task: _task, scope: _scope, claims: _claims, ...rest } = task;
  const { depends_on: _dependsOn, ...settings } = rest;
  return settings;
}

/** Scope texts were checked before: one that does not parse was already reported. */
function ruleOf(text: string): ScopeRule[] {
  const rule = parseScopeRule(text);
  return rule.ok ? [rule.value] : [];
}

function definedOnly<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
