/** What ended pods may have left: processes and worktrees. */
import { sep } from "node:path";
import { listWorktrees, markedProcesses } from "@podlane/pod";
import type { PodRecord } from "@podlane/protocol";
import type { Workspace } from "../context.ts";
import { type Check, problem, well } from "./check.ts";

/** `pods`: all that the log knows, or null when nobody could be asked. */
export async function checkLeftovers(
  workspace: Workspace,
  pods: readonly PodRecord[] | null,
): Promise<Check[]> {
  return [await checkProcesses(workspace, pods), await checkWorktrees(workspace, pods)];
}

async function checkProcesses(
  { layout }: Workspace,
  pods: readonly PodRecord[] | null,
): Promise<Check> {
  const name = "processes";
  const living = new Set<string>(pods?.filter((pod) => pod.exit === null).map((pod) => pod.id));
  const marked = (await markedProcesses(layout.stateDir)).filter(({ pid }) => pid !== process.pid);
  const left = marked.filter(({ pod }) => !living.has(pod));
  if (left.length === 0) return well(name, `${marked.length} of living pods, none left over`);
  const list = left.map(({ pid, pod }) => `${pid} (${pod})`).join(", ");
  const remedy =
    pods === null
      ? "their coordinator is gone: pod ps -a starts it again and shows them"
      : `end them: kill ${left.map(({ pid }) => pid).join(" ")}`;
  return problem(name, `without a living pod: ${list}`, remedy);
}

async function checkWorktrees(
  { repository, layout }: Workspace,
  pods: readonly PodRecord[] | null,
): Promise<Check> {
  const name = "worktrees";
  const ours = (await listWorktrees(repository.git)).filter((tree) =>
    tree.path.startsWith(layout.worktrees + sep),
  );
  const missing = ours.filter((tree) => tree.missing);
  if (missing.length > 0) {
    const list = missing.map((tree) => tree.path).join(", ");
    return problem(name, `their folders are gone: ${list}`, "git worktree prune");
  }
  const known = new Set(pods?.map((pod) => pod.worktree));
  const unknown = pods === null ? [] : ours.filter((tree) => !known.has(tree.path));
  if (unknown.length === 0) return well(name, `${ours.length}`);
  const list = unknown.map((tree) => tree.path).join(", ");
  const remedy = `look at them, then: git worktree remove ${unknown[0]?.path ?? ""}`;
  return problem(name, `without a pod: ${list}`, remedy);
}
