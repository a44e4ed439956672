/**
 * Spawning a child: commit what it is lent, ask the log, wait until it is ready, tell the
 * controller. What fails on the way says why, with the child's last output.
 */
import {
  accepted,
  type MergeSettings,
  Name,
  type Outcome,
  type PermissionAt,
  type PodId,
  type PodRecord,
  type PodSpec,
  refused,
  type Scope,
  type SpawnChild,
  validateScope,
} from "@podlane/protocol";
import type { ChildReadyInput } from "../core/input.ts";
import type { CoordinatorLink } from "../link/coordinator-link.ts";
import type { PodWorktree } from "./pod-worktree.ts";

export interface SpawnChildOptions {
  readonly pod: PodId;
  readonly own: PodSpec;
  readonly coordinator: CoordinatorLink;
  readonly worktree: PodWorktree;
  /** Adds a loan to the mirror at once; the returned function takes it back. */
  readonly lend: (name: string, scope: Scope) => () => void;
  /** What this pod may write now, before the loan. */
  readonly permissions: () => PermissionAt;
  readonly nextName: () => string;
  readonly dispatch: (input: ChildReadyInput) => void;
}

export async function spawnChild(
  request: SpawnChild,
  options: SpawnChildOptions,
  signal: AbortSignal,
): Promise<Outcome<PodRecord>> {
  const scope = validateScope(request.scope);
  if (!scope.ok) return scope;
  const name = Name.safeParse(request.name ?? options.nextName());
  if (!name.success) return refused("invalid_request", name.error.issues[0]?.message ?? "bad name");
  // The parent loses write before the child can have it; the log confirms, or it is given back.
  const permissionOf = options.permissions();
  const takeBack = options.lend(name.data, scope.value);
  const asked = { ...request, name: name.data, scope: scope.value };
  const spawned = await askForChild(asked, options, permissionOf);
  if (!spawned.ok) {
    takeBack();
    return spawned;
  }
  const pod = spawned.value.id;
  const ready = await options.coordinator.insist("pod.wait", { pod, until: "ready" }, { signal });
  if (!ready.ok) return ready;
  const record = ready.value.pod;
  if (record.exit !== null && record.socket === null) {
    takeBack();
    return failedToStart(record);
  }
  const { id, generation, socket } = record;
  options.dispatch({
    kind: "child_ready",
    child: { id, name: record.name, generation, socket, scope: record.scope },
  });
  takeBack();
  return accepted(record);
}

async function askForChild(
  request: SpawnChild & { name: Name },
  options: SpawnChildOptions,
  permissionOf: PermissionAt,
): Promise<Outcome<PodRecord>> {
  const { coordinator, worktree, pod, own } = options;
  const commit = await worktree.commitForLoan(request.scope, request.name, permissionOf);
  if (!commit.ok) return commit;
  const { branch } = worktree.workspace;
  const { name, agent, task, scope, claims, limits, priority, restart } = request;
  const spec: PodSpec = {
    ...own,
    name,
    agent,
    task,
    scope,
    claims,
    limits,
    priority,
    restart,
    delegate: request.delegate ?? Math.max(0, own.delegate - 1),
    start: { branch, commit: commit.value, combine: [] },
    merge: { ...own.merge, ...(request.merge as Partial<MergeSettings>) },
    taskId: null,
  };
  const outcome = await coordinator.insist("pod.spawn", { parent: pod, spec });
  return outcome.ok ? accepted(outcome.value.pod) : outcome;
}

function failedToStart(record: PodRecord): Outcome<never> {
  const exit = record.exit;
  const output = exit?.lastOutput.trim() ?? "";
  const message = `pod ${record.name} could not start (${exit?.cause ?? "unknown"})`;
  return refused("unavailable", output === "" ? message : `${message}:\n${output}`);
}
