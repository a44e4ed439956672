/** Why a branch did not land, in lines: the files, both branches, the end of a gate's output. */
import type { MergeView } from "@podlane/protocol";

export function describeProblem({ podName, branch, base, problem }: MergeView): string[] {
  switch (problem?.kind) {
    case undefined:
      return [];
    case "conflict": {
      const files = problem.files.map((file) => `  ${file}`);
      return [`conflict: ${podName}: ${branch} against ${base ?? "the base"}`, ...files];
    }
    case "gate_red": {
      const output = problem.output.trimEnd().split("\n").slice(-10);
      const log = problem.logPath === null ? [] : [`  whole output: ${problem.logPath}`];
      return [`gate red: ${podName} (exit ${problem.exitCode ?? "?"})`, ...output, ...log];
    }
    case "not_possible":
      return [`not merged: ${podName}: ${problem.message}`];
  }
}
