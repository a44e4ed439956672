/**
 * A real git workspace in a temporary folder, beside a folder that is outside of it, with a tool
 * host over both. Scope, claims and pods are plain recorders: their rules have tests of their own.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  accepted,
  isWithin,
  refused,
  type Outcome,
  type Permission,
  type ToolResult,
} from "@podlane/protocol";
import { createArtifactStore } from "../../src/tools/artifact-store.ts";
import { createToolHost } from "../../src/tools/create-tool-host.ts";
import type { PodsPort, ToolPorts } from "../../src/tools/tool-host.ts";

export interface Workspace extends Disposable {
  readonly root: string;
  readonly outside: string;
  readonly ports: ToolPorts;
  readonly claimed: string[][];
  readonly touched: { access: string; paths: readonly string[] }[];
  readonly printed: string[];
  call(tool: string, params: unknown, signal?: AbortSignal): Promise<ToolResult>;
  write(path: string, content: string | Buffer): void;
  read(path: string): string;
}

export interface WorkspaceOptions {
  /** Canonical paths with write permission; "" is everything. */
  readonly writable?: readonly string[];
  readonly hidden?: readonly string[];
  readonly ensureClaims?: (units: readonly string[]) => Outcome<void>;
  readonly confirmLeases?: () => Outcome<void>;
  readonly pods?: Partial<PodsPort>;
  readonly files?: Readonly<Record<string, string>>;
}

const noPods: PodsPort = {
  spawn: async () => refused("unavailable", "no pods here"),
  list: async () => accepted([]),
  send: async () => refused("not_found", "no pods here"),
  readOutput: async () => refused("not_found", "no pods here"),
  wait: async () => refused("not_found", "no pods here"),
  stop: async () => refused("not_found", "no pods here"),
};

export function createWorkspace(options: WorkspaceOptions = {}): Workspace {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "podlane-tools-")));
  const root = join(home, "work");
  const outside = join(home, "outside");
  mkdirSync(root);
  mkdirSync(outside);
  const environment = { PATH: process.env["PATH"] ?? "", HOME: home, POD_NAME: "worker" };
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: root, env: environment, encoding: "utf8" });
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  git("init", "-q");
  for (const [path, content] of Object.entries(options.files ?? {})) write(path, content);
  git("add", "-A");
  git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "start", "--allow-empty");
  const claimed: string[][] = [];
  const touched: { access: string; paths: readonly string[] }[] = [];
  const printed: string[] = [];
  const ports: ToolPorts = {
    worktree: root,
    view: {
      listFiles: async () => fields(git("ls-files", "-coz", "--exclude-standard")),
      dirtyFiles: async () =>
        fields(git("status", "--porcelain", "-z", "-uall")).map((line) => line.slice(3)),
    },
    permissionOf: (path) => permissionIn(options, path),
    ensureClaims: async (units) => {
      claimed.push([...units]);
      return options.ensureClaims?.(units) ?? accepted(undefined);
    },
    confirmLeases: () => options.confirmLeases?.() ?? accepted(undefined),
    artifacts: createArtifactStore(join(home, "artifacts")),
    pods: { ...noPods, ...options.pods },
    touched: (paths, access) => touched.push({ access, paths }),
    output: (text) => printed.push(text),
    environment,
    graceMs: 200,
    nowMs: () => performance.now(),
  };
  const host = createToolHost(ports);
  const idle = new AbortController().signal;
  return {
    root,
    outside,
    ports,
    claimed,
    touched,
    printed,
    call: (tool, params, signal = idle) =>
      host.call(tool, params, { callId: "c", turn: 1, signal }),
    write,
    read: (path) => readFileSync(join(root, path), "utf8"),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

function permissionIn(options: WorkspaceOptions, path: string): Permission {
  if (options.hidden?.some((target) => isWithin(path, target))) return "none";
  return (options.writable ?? [""]).some((target) => isWithin(path, target)) ? "write" : "read";
}

function fields(output: string): string[] {
  return output.split("\0").filter((field) => field !== "");
}
