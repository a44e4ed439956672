/**
 * From an order to a running pod process: start commit, workspace, set-up, boot file, process.
 * What fails on the way leaves no half-made worktree behind.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  accepted,
  type CommitId,
  type HostOrderMethods,
  type Outcome,
  type ParsedParamsOf,
} from "@podlane/protocol";
import { podLayout } from "@podlane/protocol/node";
import { branchName } from "../workspace/branch-name.ts";
import { combine } from "../workspace/landing/combine.ts";
import { deleteBranch, removeWorktree } from "../workspace/remove-worktree.ts";
import { applySetup } from "../workspace/setup.ts";
import { createWorktree } from "../workspace/worktree.ts";
import { freeWorktree } from "../workspace/free-worktree.ts";
import { type BootFile, readBootFile } from "./boot-file.ts";
import type { HostSetting } from "./host-setting.ts";
import { type LaunchedPod, launchPod } from "./pod-process.ts";
import { markOf } from "../process/mark.ts";

export type StartOrder = ParsedParamsOf<HostOrderMethods, "host.start">;

export interface Place {
  readonly worktree: string;
  readonly branch: string | null;
  readonly baseCommit: CommitId;
}

export interface StartedPod extends Place {
  readonly launched: LaunchedPod;
}

export async function startPod(
  order: StartOrder,
  setting: HostSetting,
): Promise<Outcome<StartedPod>> {
  const paths = podLayout(setting.layout.stateDir, order.pod);
  mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(paths.session), { recursive: true, mode: 0o700 });
  const isFirst = order.generation === 1;
  const place = await (isFirst ? makePlace(order, setting) : returnToPlace(order, setting));
  if (!place.ok) return place;
  const boot: BootFile = {
    version: 1,
    pod: order.pod,
    generation: order.generation,
    parent: order.parent,
    path: order.path,
    spec: order.spec,
    scope: order.scope,
    stateDir: setting.layout.stateDir,
    socket: setting.socketOf(order.pod),
    ...place.value,
    scriptEntry: setting.scriptEntry,
    nodeFlags: [...setting.nodeFlags],
    podCommand: [...setting.podCommand],
  };
  // Whoever listened there is proven gone; a killed process leaves its socket behind.
  rmSync(boot.socket, { force: true });
  replaceFile(paths.bootFile, JSON.stringify(boot));
  const launched = await launchPod({
    command: setting.podRuntime,
    bootFile: paths.bootFile,
    cwd: place.value.worktree,
    environment: {
      ...definedOnly(setting.environment),
      ...markOf({ pod: order.pod, stateDir: setting.layout.stateDir }),
    },
    stdout: paths.stdout,
    stderr: paths.stderr,
  });
  if (launched.ok) return accepted({ ...place.value, launched: launched.value });
  if (isFirst) await rollBack(order, setting);
  return launched;
}

/** Where the generation before worked: with all it had done, and without the locks it left. */
async function returnToPlace(
  { pod, spec }: StartOrder,
  setting: HostSetting,
): Promise<Outcome<Place>> {
  const { worktree, branch, baseCommit } = await readBootFile(pod, setting);
  if (spec.isolation === "directory") return accepted({ worktree, branch, baseCommit });
  const freed = await freeWorktree({ repository: setting.repository, path: worktree, branch });
  return freed.ok ? accepted({ worktree, branch, baseCommit }) : freed;
}

/** The folder the pod works in: its own worktree, or the person's checkout. */
async function makePlace(order: StartOrder, setting: HostSetting): Promise<Outcome<Place>> {
  const { repository, layout } = setting;
  const { spec, pod } = order;
  const base = { name: spec.start.branch ?? spec.start.commit, commit: spec.start.commit };
  const sides = spec.start.combine.map((commit) => ({ name: commit.slice(0, 12), commit }));
  const start = await combine(repository.git, base, sides);
  if (!start.ok) return start;
  const baseCommit = start.value;
  if (spec.isolation === "directory") {
    return accepted({ worktree: repository.toplevel, branch: null, baseCommit });
  }
  const branch = branchName(spec.name, pod.slice(-8));
  const made = await createWorktree({
    repository,
    lockPath: layout.gitLock,
    path: podLayout(layout.stateDir, pod).worktree,
    branch,
    startCommit: baseCommit,
  });
  if (!made.ok) return made;
  const worktree = made.value.path;
  const setUp = await setUpPlace(order, worktree, setting);
  if (setUp.ok) return accepted({ worktree, branch, baseCommit });
  await rollBack(order, setting);
  return setUp;
}

/** Takes a worktree away in which no pod has run; what a failed set-up left is kept by a ref. */
async function rollBack({ pod, spec }: StartOrder, setting: HostSetting): Promise<void> {
  if (spec.isolation === "directory") return;
  const { repository, layout, note } = setting;
  const removed = await removeWorktree({
    repository,
    lockPath: layout.gitLock,
    path: podLayout(layout.stateDir, pod).worktree,
    pod,
    mergedInto: spec.start.branch,
    ignoring: spec.setup?.link ?? [],
  });
  const branch = branchName(spec.name, pod.slice(-8));
  const mergedInto = spec.start.branch ?? spec.start.commit;
  const undone = removed.ok ? await deleteBranch({ repository, branch, mergedInto }) : removed;
  if (!undone.ok) note(`of ${spec.name}, half made, something stays: ${undone.error.message}`);
}

async function setUpPlace(
  { spec, pod }: StartOrder,
  workspace: string,
  { repository, layout }: HostSetting,
): Promise<Outcome<unknown>> {
  if (spec.setup === null) return accepted(null);
  const outputPath = podLayout(layout.stateDir, pod).stdout;
  return applySetup({ setup: spec.setup, checkout: repository.toplevel, workspace, outputPath });
}

/** Whole or not at all: the next generation reads it after whatever befell this one. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function definedOnly(environment: HostSetting["environment"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}
