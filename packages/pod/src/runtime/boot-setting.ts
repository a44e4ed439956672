/**
 * From the boot file to everything a pod process knows before it starts: paths, keys, credentials,
 * environment. Makes the folders and files that the pod's agent finds.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HelloInput } from "@podlane/protocol";
import { mintToken, podLayout, type PodLayout, stateLayout } from "@podlane/protocol/node";
import type { AgentContext } from "../agent/agent.ts";
import type { BootFile } from "../host/boot-file.ts";
import { openWorkspace } from "../workspace/open-workspace.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { podEnvironment } from "./environment.ts";

export interface PodSetting {
  readonly boot: BootFile;
  readonly layout: PodLayout;
  readonly artifacts: string;
  readonly coordinatorFile: string;
  readonly key: Uint8Array;
  readonly version: string;
  readonly hello: HelloInput;
  readonly environment: Readonly<Record<string, string>>;
  readonly agent: Omit<AgentContext, "graceMs" | "onFault">;
  readonly workspace: Workspace;
}

export function openSetting(
  boot: BootFile,
  version: string,
  host: Readonly<Record<string, string | undefined>>,
): PodSetting {
  const state = stateLayout(boot.stateDir);
  const layout = podLayout(boot.stateDir, boot.pod);
  const key = readFileSync(state.keyFile);
  const who = { podId: boot.pod, generation: boot.generation };
  mkdirSync(layout.tempDir, { recursive: true, mode: 0o700 });
  const agentToken = mintToken(key, { role: "agent", ...who });
  writeFileSync(layout.agentTokenFile, `${agentToken}\n`, { mode: 0o600 });
  writeCommand(layout, boot.podCommand);
  const environment = podEnvironment(boot, layout, host);
  const { worktree, scriptEntry, nodeFlags } = boot;
  const { setup, isolation, name } = boot.spec;
  return {
    boot,
    layout,
    artifacts: state.artifacts,
    coordinatorFile: state.coordinatorFile,
    key,
    version,
    hello: { role: "pod", token: mintToken(key, { role: "pod", ...who }), ...who, name, version },
    environment,
    agent: { worktree, environment, scriptEntry, nodeFlags },
    workspace: openWorkspace({
      strategy: isolation,
      path: worktree,
      branch: boot.branch,
      setup,
    }),
  };
}

/** `pod` inside the pod: the same program that started it, found first on the path. */
function writeCommand(layout: PodLayout, command: readonly string[]): void {
  mkdirSync(layout.binDir, { recursive: true, mode: 0o700 });
  const file = join(layout.binDir, "pod");
  writeFileSync(file, `#!/bin/sh\nexec ${command.map(quote).join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
