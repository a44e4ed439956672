/**
 * The tool host of this pod's agent: every tool reaches files, claims and reports through what the
 * runtime already has.
 */
import { createArtifactStore } from "../tools/artifact-store.ts";
import { createToolHost } from "../tools/create-tool-host.ts";
import type { PodsPort, ToolHost } from "../tools/tool-host.ts";
import type { PodSetting } from "./boot-setting.ts";
import type { HeldClaims } from "./held-claims.ts";
import { listFiles } from "./list-files.ts";
import type { OutputFile } from "./output-file.ts";
import type { PodWorktree } from "./pod-worktree.ts";
import type { ScopeMirror } from "./scope-mirror.ts";
import type { TouchReports } from "./touch-reports.ts";

export interface PodToolsOptions {
  readonly setting: PodSetting;
  readonly worktree: PodWorktree;
  readonly scope: ScopeMirror;
  readonly claims: HeldClaims;
  readonly touches: TouchReports;
  readonly output: OutputFile;
  readonly pods: PodsPort;
  readonly graceMs: number;
}

export function createPodTools(options: PodToolsOptions): ToolHost {
  const { setting, scope, claims, touches, output, pods, graceMs } = options;
  const { boot, environment, artifacts } = setting;
  const { workspace } = options.worktree;
  return createToolHost({
    worktree: boot.worktree,
    view: {
      listFiles: () => listFiles(boot.worktree),
      dirtyFiles: async () => (await workspace.dirty()).map((file) => file.path),
    },
    permissionOf: (path) => scope.permissionOf(path),
    ensureClaims: (units, signal) => claims.ensure(units, signal),
    confirmLeases: (units) => claims.confirm(units),
    artifacts: createArtifactStore(artifacts),
    touched: (paths, access) => touches.add(paths, access),
    output: (text) => output.append(text),
    environment,
    graceMs,
    nowMs: Date.now,
    pods,
  });
}
