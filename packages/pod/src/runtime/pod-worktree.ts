/**
 * What a pod does to its own worktree between its agent's steps: commits what is dirty in scope,
 * joins children's commits, drops a cancelled turn's work. Jobs never overlap.
 */
import {
  accepted,
  type CommitId,
  effectivePermission,
  effectiveScope,
  type Outcome,
  type Permission,
  type PermissionAt,
  type PodId,
  type Scope,
  type ToolResult,
} from "@podlane/protocol";
import type { Workspace } from "../workspace/workspace.ts";
import { dropWork } from "./drop-work.ts";
import { InOrder } from "./in-order.ts";

export interface PodWorktreeOptions {
  readonly workspace: Workspace;
  readonly pod: PodId;
  readonly podName: string;
  readonly permissionOf: (path: string) => Permission;
}

export class PodWorktree {
  readonly #options: PodWorktreeOptions;
  readonly #jobs = new InOrder();
  #turnStart: CommitId | null = null;

  constructor(options: PodWorktreeOptions) {
    this.#options = options;
  }

  get workspace(): Workspace {
    return this.#options.workspace;
  }

  /** Runs a job of the caller's between those of this pod. */
  exclusively<T>(job: () => Promise<T>): Promise<T> {
    return this.#jobs.run(job);
  }

  /** Commits what is dirty where the pod may write; answers the head and what was left alone. */
  commitTurn(turn: number | null, message: string) {
    const { permissionOf } = this.#options;
    return this.#commit(message, turn, (path) => permissionOf(path) === "write");
  }

  /** A script's `commit` step, answered as a tool is. */
  async commitStep(turn: number | null, message: string): Promise<ToolResult> {
    const committed = await this.commitTurn(turn, message);
    if (!committed.ok) {
      const { code, message: text } = committed.error;
      return { ok: false, code, text, artifacts: [] };
    }
    const { commit, files, left } = committed.value;
    const isShared = this.workspace.strategy === "directory";
    const nothing = isShared ? "this checkout is shared: its owner commits" : "nothing to commit";
    const text = commit === null ? nothing : `${commit}: ${files.length} files`;
    return { ok: true, code: null, text, content: { commit, files, left }, artifacts: [] };
  }

  /**
   * Commits what is dirty inside a scope that is about to be lent, so that the child sees it.
   * `permissionOf` is from before the loan, which takes the write from this pod.
   */
  async commitForLoan(
    scope: Scope,
    child: string,
    permissionOf: PermissionAt,
  ): Promise<Outcome<CommitId>> {
    const loan = effectiveScope("child", scope);
    const committed = await this.#commit(`work handed to ${child}`, null, (path) => {
      return permissionOf(path) === "write" && effectivePermission(loan, path) === "write";
    });
    return committed.ok ? accepted(committed.value.head) : committed;
  }

  join(child: string, commit: CommitId) {
    const { workspace, pod } = this.#options;
    return this.#jobs.run(() =>
      workspace.join({ child: commit, message: `join ${child}`, trailers: { "Podlane-Pod": pod } }),
    );
  }

  /** Puts the worktree back to where the turn began; a snapshot ref keeps what is dropped. */
  dropDirty(): Promise<Outcome<void>> {
    const { workspace, pod } = this.#options;
    return this.#jobs.run(() => dropWork(workspace, pod, this.#turnStart));
  }

  /** Remembers where a turn began. */
  async turnStarts(): Promise<void> {
    this.#turnStart = await this.#options.workspace.head();
  }

  #commit(message: string, turn: number | null, scopeFilter: (path: string) => boolean) {
    const { workspace, pod } = this.#options;
    const trailers = {
      "Podlane-Pod": pod,
      ...(turn === null ? {} : { "Podlane-Turn": String(turn) }),
    };
    return this.#jobs.run(() => workspace.commitDirty({ message, scopeFilter, trailers }));
  }
}
