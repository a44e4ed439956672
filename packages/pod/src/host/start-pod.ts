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
  refused,
} from "@podlane/protocol";
import { podLayout } from "@podlane/protocol/node";
import { branchName } from "../workspace/branch-name.ts";
import { combine } from "../workspace/landing/combine.ts";
import { deleteBranch, removeWorktree } from "../workspace/remove-worktree.ts";
import { applySetup } from "../workspace/setup.ts";
import { freeWorktree } from "../workspace/free-worktree.ts";
import { fillWorktree, registerWorktree } from "../workspace/worktree.ts";
import { markOf } from "../process/mark.ts";
import { type BootFile, readBootFile } from "./boot-file.ts";
import type { HostSetting } from "./host-setting.ts";
import { type LaunchedPod, launchPod, type WaitingPod } from "./pod-process.ts";

export type StartOrder = ParsedParamsOf<HostOrderMethods, "host.start">;

export interface Place {
  readonly worktree: string;
  readonly branch: string | null;
  readonly baseCommit: CommitId;
}

export interface StartedPod extends Place {
  readonly launched: LaunchedPod;
}

/** The process loads while the files are written, and acts only when all of it is there. */
export async function startPod(
  order: StartOrder,
  setting: HostSetting,
): Promise<Outcome<StartedPod>> {
  const paths = podLayout(setting.layout.stateDir, order.pod);
  mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(paths.session), { recursive: true, mode: 0o700 });
  const isFirst = order.generation === 1;
  return isFirst ? startFirst(order, setting) : startAgain(order, setting);
}

async function startFirst(order: StartOrder, setting: HostSetting): Promise<Outcome<StartedPod>> {
  const taken = await takePlace(order, setting);
  if (!taken.ok) return taken;
  const place = taken.value;
  const [filling, launching] = await Promise.allSettled([
    fillPlace(order, setting, place),
    launchAt(place, order, setting),
  ]);
  const [filled, launched] = [valueOf(filling), valueOf(launching)];
  if (filled !== null && launched !== null) {
    launched.begin();
    return accepted({ ...place, launched });
  }
  if (launched !== null) await launched.abandon();
  if (filled !== null) await rollBack(order, setting);
  return failureOf(filling) ?? failureOf(launching) ?? refused("internal", "nothing was started");
}

/** Where the generation before worked: with all it had done, and without the locks it left. */
async function startAgain(order: StartOrder, setting: HostSetting): Promise<Outcome<StartedPod>> {
  const { worktree, branch, baseCommit } = await readBootFile(order.pod, setting);
  const place = { worktree, branch, baseCommit };
  if (order.spec.isolation !== "directory") {
    const freed = await freeWorktree({ repository: setting.repository, path: worktree, branch });
    if (!freed.ok) return freed;
  }
  const launched = await launchAt(place, order, setting);
  if (!launched.ok) return launched;
  launched.value.begin();
  return accepted({ ...place, launched: launched.value });
}

function launchAt(
  place: Place,
  order: StartOrder,
  setting: HostSetting,
): Promise<Outcome<WaitingPod>> {
  const paths = podLayout(setting.layout.stateDir, order.pod);
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
    ...place,
    scriptEntry: setting.scriptEntry,
    nodeFlags: [...setting.nodeFlags],
    podCommand: [...setting.podCommand],
  };
  // Whoever listened there is proven gone; a killed process leaves its socket behind.
  rmSync(boot.socket, { force: true });
  replaceFile(paths.bootFile, JSON.stringify(boot));
  return launchPod({
    command: setting.podRuntime,
    bootFile: paths.bootFile,
    cwd: place.worktree,
    environment: {
      ...definedOnly(setting.environment),
      ...markOf({ pod: order.pod, stateDir: setting.layout.stateDir }),
      NODE_COMPILE_CACHE: setting.layout.compileCache,
    },
    stdout: paths.stdout,
    stderr: paths.stderr,
  });
}

/** The folder the pod will work in: a worktree of its own, still empty, or the checkout. */
async function takePlace(order: StartOrder, setting: HostSetting): Promise<Outcome<Place>> {
  const { repository } = setting;
  const { spec } = order;
  const base = { name: spec.start.branch ?? spec.start.commit, commit: spec.start.commit };
  const sides = spec.start.combine.map((commit) => ({ name: commit.slice(0, 12), commit }));
  const start = await combine(repository.git, base, sides);
  if (!start.ok) return start;
  const baseCommit = start.value;
  if (spec.isolation === "directory") {
    return accepted({ worktree: repository.toplevel, branch: null, baseCommit });
  }
  const request = worktreeRequest(order, setting, baseCommit);
  const registered = await registerWorktree(request);
  if (!registered.ok) return registered;
  return accepted({ worktree: registered.value, branch: request.branch, baseCommit });
}

/** Its files and its set-up. What fails here is undone here. */
async function fillPlace(
  order: StartOrder,
  setting: HostSetting,
  { worktree, baseCommit }: Place,
): Promise<Outcome<unknown>> {
  if (order.spec.isolation === "directory") return accepted({});
  const filled = await fillWorktree(worktreeRequest(order, setting, baseCommit));
  if (!filled.ok) return filled;
  const setUp = await setUpPlace(order, worktree, setting);
  if (!setUp.ok) await rollBack(order, setting);
  return setUp;
}

function worktreeRequest(
  { spec, pod }: StartOrder,
  { repository, layout }: HostSetting,
  startCommit: CommitId,
) {
  return {
    repository,
    lockPath: layout.gitLock,
    path: podLayout(layout.stateDir, pod).worktree,
    branch: branchName(spec.name, pod.slice(-8)),
    startCommit,
  };
}

/** Null when it failed, in whatever way. */
function valueOf<T>(settled: PromiseSettledResult<Outcome<T>>): T | null {
  return settled.status === "fulfilled" && settled.value.ok ? settled.value.value : null;
}

/** The refusal; a fault is thrown again. */
function failureOf(settled: PromiseSettledResult<Outcome<unknown>>): Outcome<never> | null {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value.ok ? null : settled.value;
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
  if (spec.setup === null) return accepted({});
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
