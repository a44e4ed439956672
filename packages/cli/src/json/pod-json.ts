/**
 * A pod as `pod ps --json` and `pod inspect` show it: the shape that others rely on.
 */
import { formatScopeRule, type PodRecord, ShutDownCause, Usage } from "@podlane/protocol";
import { z } from "zod";
import { Instant, instant } from "./instant.ts";

export const PodJson = z.strictObject({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  generation: z.int(),
  state: z.string(),
  waiting: z
    .strictObject({ reason: z.string(), on: z.array(z.string()), since: Instant })
    .nullable(),
  /** The parent's id. */
  parent: z.string().nullable(),
  /** Names of direct children. */
  children: z.array(z.string()),
  agent: z.string(),
  pid: z.int().nullable(),
  branch: z.string().nullable(),
  worktree: z.string().nullable(),
  scope: z.array(z.string()),
  task: z.string().nullable(),
  turn: z.strictObject({ n: z.int(), cause: z.string() }).nullable(),
  settled: z.boolean(),
  startedAt: Instant,
  changedAt: Instant,
  exit: z
    .strictObject({
      code: z.int().nullable(),
      signal: z.string().nullable(),
      cause: ShutDownCause,
    })
    .nullable(),
  restarts: z.strictObject({ used: z.int(), max: z.int() }),
  quarantined: z.boolean(),
  usage: Usage.nullable(),
});
export type PodJson = z.infer<typeof PodJson>;

export const PodsJson = z.strictObject({ version: z.literal(1), pods: z.array(PodJson) });

/** `names`: of the pods around it, by id. */
export function podJson(pod: PodRecord, names: ReadonlyMap<string, string>): PodJson {
  const { id, name, path, generation, state, branch, worktree, task, turn, exit } = pod;
  const { waiting } = pod;
  return {
    id,
    name,
    path,
    generation,
    state,
    waiting:
      waiting === null
        ? null
        : { reason: waiting.reason, on: waiting.on, since: instant(waiting.sinceMs) },
    parent: pod.parent,
    children: pod.children.map((child) => names.get(child) ?? child),
    agent: pod.agent.driver,
    pid: pod.process?.pid ?? null,
    branch,
    worktree,
    scope: pod.scope.map((rule) => formatScopeRule(rule)),
    task,
    turn,
    settled: pod.settled,
    startedAt: instant(pod.startedAtMs),
    changedAt: instant(pod.changedAtMs),
    exit: exit === null ? null : { code: exit.code, signal: exit.signal, cause: exit.cause },
    restarts: pod.restarts,
    quarantined: pod.quarantined,
    usage: pod.lastTurn?.result?.usage ?? null,
  };
}
