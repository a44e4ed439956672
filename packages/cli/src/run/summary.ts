/**
 * What came of a run: one row a task, what was merged or set aside, and the exit code it means.
 */
import { exitCodes, type MergeView, type RunTaskView, type RunView } from "@podlane/protocol";
import type { SummaryJson } from "../json/summary-json.ts";
import { renderDuration } from "../render/duration.ts";
import { describeProblem } from "../render/merge-problem.ts";
import { oneLine, renderTable } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface RunResult {
  readonly run: RunView;
  readonly merges: readonly MergeView[];
}

/**
 * 0 done (in review mode also when branches wait), 8 a conflict or red gate, 9 partial, 1 failed.
 */
export function exitCodeOfRun({ run }: RunResult): number {
  switch (run.outcome) {
    case "done":
      return exitCodes.done;
    case "conflict":
      return exitCodes.mergeConflict;
    case "partial":
      return exitCodes.partial;
    case "failed":
    case "cancelled":
    case null:
      return exitCodes.failed;
  }
}

export function summaryJson({ run, merges }: RunResult): SummaryJson {
  const byPod = new Map(merges.map((merge) => [merge.pod as string, merge]));
  return {
    type: "summary",
    version: 1,
    run: run.id,
    outcome: run.outcome ?? run.state,
    tasks: run.tasks.map((task) => {
      const merge = task.pod === null ? undefined : byPod.get(task.pod);
      return {
        id: task.id,
        pod: task.pod,
        state: task.state,
        outcome: task.outcome,
        branch: task.branch,
        commit: task.commit,
        merged: merge?.state === "merged",
        conflicts: merge?.problem?.kind === "conflict" ? merge.problem.files : [],
        message: task.message,
        durationMs: durationOf(task),
      };
    }),
    merges: merges.map(({ id, podName, branch, state, problem, landed }) => {
      return { id, pod: podName, branch, state, problem, landed };
    }),
    elapsedMs: (run.endedAtMs ?? run.submittedAtMs) - run.submittedAtMs,
  };
}

export function printSummary(terminal: Terminal, result: RunResult): void {
  const { run, merges } = result;
  const byPod = new Map(merges.map((merge) => [merge.pod as string, merge]));
  const rows = run.tasks.map((task) => {
    const merge = task.pod === null ? undefined : byPod.get(task.pod);
    const took = durationOf(task);
    return [
      task.id,
      task.state,
      took === null ? "-" : renderDuration(took),
      describeMerge(merge),
      oneLine(task.message ?? "").slice(0, 80),
    ];
  });
  const table = renderTable(["TASK", "STATE", "TOOK", "MERGE", ""], rows, terminal.columns);
  for (const line of table) terminal.print(line);
  for (const merge of merges) describeProblem(merge).forEach((line) => terminal.print(line));
  for (const line of nextCommands(result)) terminal.say(line);
}

function describeMerge(merge: MergeView | undefined): string {
  if (merge === undefined) return "nothing to merge";
  if (merge.state !== "merged" || merge.landed === null) return merge.state;
  const { landed } = merge;
  return `${landed.baseMoved ? "merged into" : "set aside on"} ${landed.branch}`;
}

function nextCommands({ run, merges }: RunResult): string[] {
  const finish = merges.findLast((merge) => merge.landed !== null && merge.landed.finish !== null)
    ?.landed?.finish;
  const ready = merges.filter((merge) => merge.state === "ready").map((merge) => merge.podName);
  return [
    ...(finish === undefined || finish === null
      ? []
      : ["", `base has uncommitted work; to finish: ${finish}`]),
    ...(ready.length === 0 ? [] : ["", ...ready.map((name) => `to land: pod merge ${name}`)]),
    "",
    `look closer: pod history POD · pod diff POD · pod logs POD · pod events --since 0`,
    `run ${run.id}: ${run.outcome ?? run.state}`,
  ];
}

function durationOf({ startedAtMs, endedAtMs }: RunTaskView): number | null {
  return startedAtMs === null || endedAtMs === null ? null : endedAtMs - startedAtMs;
}
