/**
 * The tool host: the one way from an agent to files, commands and other pods. It looks a tool up,
 * checks its parameters, runs it, and turns every expected failure into a `ToolResult`.
 * Holds no rule of its own: scope, claims and pods come in through `ToolPorts`.
 */
import type {
  ChildView,
  Outcome,
  Permission,
  PodId,
  Receipt,
  SpawnChild,
  ToolResult,
  TurnOutcome,
  TurnResult,
} from "@podlane/protocol";
import type { z } from "zod";
import type { ArtifactStore } from "./artifact-store.ts";

/** How a pod's last user turn, or the pod itself, ended. */
export interface PodResult {
  readonly podId: PodId;
  readonly name: string;
  readonly outcome: TurnOutcome | "shut_down";
  readonly result: TurnResult | null;
  readonly message: string | null;
}

export interface SpawnedPod {
  readonly podId: PodId;
  readonly name: string;
  /** Set when the spawn was asked to wait. */
  readonly result: PodResult | null;
}

export interface WaitOptions {
  /** All of the pods, or the first of them. */
  readonly mode: "all" | "any";
  readonly timeoutMs: number;
}

export interface OutputPage {
  readonly text: string;
  readonly nextCursor: number;
  readonly end: boolean;
}

/** Children of this pod, by name. Names that are none of its descendants: `not_found`. */
export interface PodsPort {
  /** With `waitMs` also waits for the result, consumed here: it is not notified again. */
  spawn(
    request: SpawnChild,
    waitMs: number | null,
    signal: AbortSignal,
  ): Promise<Outcome<SpawnedPod>>;
  list(): Promise<Outcome<readonly ChildView[]>>;
  send(name: string, text: string, options: { readonly wake: boolean }): Promise<Outcome<Receipt>>;
  readOutput(
    name: string,
    page: { readonly cursor: number; readonly limit: number },
  ): Promise<Outcome<OutputPage>>;
  /** Results are consumed here: they are not notified again. Refuses `timeout`. */
  wait(
    names: readonly string[],
    options: WaitOptions,
    signal: AbortSignal,
  ): Promise<Outcome<readonly PodResult[]>>;
  stop(name: string): Promise<Outcome<void>>;
}

/** What git knows of the worktree; the runtime's one git wrapper stands behind it. */
export interface WorktreeView {
  /** Tracked and untracked files that are not ignored, as canonical workspace paths. */
  listFiles(): Promise<readonly string[]>;
  /** Files that differ from HEAD or are untracked and not ignored (`git status --porcelain`). */
  dirtyFiles(): Promise<readonly string[]>;
}

export interface ToolPorts {
  /** Real path of the pod's worktree. */
  readonly worktree: string;
  readonly view: WorktreeView;
  /** Live: the pod's own scope minus what it has lent, for a canonical workspace path. */
  permissionOf(path: string): Permission;
  /**
   * Takes claims on these units, or finds them held; waits in the queue. Refusals: `denied`,
   * `deadlock`, `unavailable`, `timeout`, `interrupted`.
   */
  ensureClaims(units: readonly string[], signal: AbortSignal): Promise<Outcome<void>>;
  /** Whether the leases of these units still stand, asked at the last moment before a write. */
  confirmLeases(units: readonly string[]): Outcome<void>;
  readonly artifacts: ArtifactStore;
  readonly pods: PodsPort;
  /** Canonical workspace paths that a tool has read or written. */
  touched(paths: readonly string[], access: "read" | "write"): void;
  /** What a running command prints, as it comes; each command's first megabytes only. */
  output(text: string): void;
  /** The whole environment of commands: nothing is inherited beside it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Between SIGTERM and SIGKILL of a command's process group. */
  readonly graceMs: number;
  nowMs(): number;
}

export interface ToolContext {
  readonly callId: string;
  readonly turn: number;
  readonly signal: AbortSignal;
}

/** As in the Model Context Protocol: hints for clients, enforced by nothing. */
export interface ToolAnnotations {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly params: z.ZodType;
  readonly annotations: ToolAnnotations;
}

export interface ToolHost {
  /** Never throws for what an agent asks; a fault of the disk or a port is answered `internal`. */
  call(tool: string, params: unknown, context: ToolContext): Promise<ToolResult>;
  readonly tools: readonly ToolDefinition[];
}
