/**
 * Tells the log what files the pod's tools have read and written: coalesced, at most one report in
 * flight, and dropped when no coordinator answers (it is an operational signal, not the audit).
 */
import type { BootFile } from "../host/boot-file.ts";
import type { CoordinatorLink } from "../link/coordinator-link.ts";

type Access = "read" | "write";

/** As many paths as one event may carry. */
const maxPaths = 256;

export class TouchReports {
  readonly #boot: BootFile;
  readonly #coordinator: CoordinatorLink;
  readonly #waiting: Record<Access, Set<string>> = { read: new Set(), write: new Set() };
  #sending = false;

  constructor(boot: BootFile, coordinator: CoordinatorLink) {
    this.#boot = boot;
    this.#coordinator = coordinator;
  }

  add(paths: readonly string[], access: Access): void {
    const waiting = this.#waiting[access];
    for (const path of paths) if (waiting.size < maxPaths) waiting.add(path);
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    for (const access of ["write", "read", "write", "read"] as const) {
      const paths = [...this.#waiting[access]];
      if (paths.length === 0) continue;
      this.#waiting[access].clear();
      const { pod, generation } = this.#boot;
      await this.#coordinator.ask("pod.touched", { pod, generation, paths, access });
    }
    this.#sending = false;
    if (this.#waiting.read.size + this.#waiting.write.size > 0) void this.#send();
  }
}
