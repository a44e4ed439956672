/**
 * Landing one branch: predict on objects, run the gate on the combination, move base forward by
 * compare-and-swap. Nothing is half merged: until the last step no ref has moved.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type {
  CommitId,
  HostReportMethods,
  Landed,
  MergeOrder,
  MergeProblem,
  ParsedParamsOf,
  Refusal,
} from "@podlane/protocol";
import { runGate } from "../workspace/gate.ts";
import { advanceTarget, type Advanced } from "../workspace/landing/advance.ts";
import { landingTip } from "../workspace/landing/tip.ts";
import { makeCommit, type MadeCommit } from "../workspace/landing/method.ts";
import type { HostSetting } from "./host-setting.ts";

export type MergeOutcome = ParsedParamsOf<HostReportMethods, "host.merge_report">["outcome"];

/** Base may move between the combination and the landing; a busier base than this is a problem. */
const maxLandingTries = 5;

export async function executeMerge(order: MergeOrder, setting: HostSetting): Promise<MergeOutcome> {
  for (let attempt = 1; attempt <= maxLandingTries; attempt += 1) {
    const outcome = await tryMerge(order, setting);
    if (outcome !== null) return outcome;
  }
  const message = `base moved ${maxLandingTries} times while the merge was being made`;
  return impossible(message);
}

export function impossible(message: string): MergeOutcome {
  return problem({ kind: "not_possible", message });
}

/** Null: base moved meanwhile. */
async function tryMerge(order: MergeOrder, setting: HostSetting): Promise<MergeOutcome | null> {
  const { git } = setting.repository;
  const start = { branch: order.base, commit: order.baseCommit };
  const place = await landingTip(git, start, order.resultBranch);
  if (!place.ok) return impossible(place.error.message);
  const { from, tip } = place.value;
  const made = await makeCommit(git, {
    base: tip,
    branch: { name: order.branch, commit: order.commit },
    method: order.method,
    message: order.message,
    trailers: { "Podlane-Merge": order.merge },
  });
  if (!made.ok) return problem(conflictOf(made.error));
  const red = await checkGate(order, made.value, setting);
  if (red !== null) return problem(red);
  if (!order.land) return { kind: "clean", tree: made.value.tree };
  const advanced = await advanceTarget({
    repository: setting.repository,
    branch: order.base,
    from,
    to: made.value.commit,
    setAside: order.resultBranch,
    ignoring: order.setup?.link ?? [],
  });
  if (advanced.ok) return { kind: "landed", landed: landedOf(advanced.value, made.value.commit) };
  const { reason } = (advanced.error.data ?? {}) as { reason?: string };
  if (reason === "base_moved") return null;
  return impossible(advanced.error.message);
}

async function checkGate(
  order: MergeOrder,
  made: MadeCommit,
  { repository, layout }: HostSetting,
): Promise<MergeProblem | null> {
  if (order.gate === null) return null;
  mkdirSync(layout.gates, { recursive: true, mode: 0o700 });
  const outputPath = join(layout.gates, `${order.merge}.log`);
  const gate = await runGate({
    repository,
    lockPath: layout.gitLock,
    folder: layout.gates,
    commit: made.commit,
    command: order.gate,
    setup: order.setup,
    outputPath,
  });
  if (!gate.ok) return { kind: "not_possible", message: `the gate: ${gate.error.message}` };
  if (gate.value.passed) return null;
  const { exitCode, outputTail } = gate.value;
  return { kind: "gate_red", exitCode, output: outputTail, logPath: outputPath };
}

function conflictOf({ message, data }: Refusal): MergeProblem {
  const { files, branches } = (data ?? {}) as { files?: string[]; branches?: string[] };
  if (files === undefined || files.length === 0) return { kind: "not_possible", message };
  return { kind: "conflict", files: [...files], branches: [...(branches ?? [])] };
}

function landedOf(advanced: Advanced, commit: CommitId): Landed {
  if (advanced.kind === "advanced") {
    return { commit, baseMoved: true, branch: advanced.branch, finish: null };
  }
  const finish = `git -C ${advanced.directory} ${advanced.command.replace(/^git /, "")}`;
  return { commit, baseMoved: false, branch: advanced.branch, finish };
}

function problem(found: MergeProblem): MergeOutcome {
  return { kind: "problem", problem: found };
}
