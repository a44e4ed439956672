/**
 * Puts on the log what this pod's gates denied its agent: in order, at least once, one at a time.
 * A denial that the coordinator itself made is on the log already and is not told again.
 */
import { type ErrorCode, isDenial, maxDenialMessage } from "@podlane/protocol";
import type { BootFile } from "../host/boot-file.ts";
import type { CoordinatorLink } from "../link/coordinator-link.ts";
import { cutText } from "./cut-text.ts";

export interface Denial {
  /** The tool, or the step of the runtime, that refused. */
  readonly tool: string;
  readonly code: ErrorCode | null;
  readonly text: string;
}

/** An agent that tries in a loop must not fill the log: beyond it denials are only counted. */
const maxWaiting = 64;

export class DenialReports {
  readonly #boot: Pick<BootFile, "pod" | "generation">;
  readonly #coordinator: Pick<CoordinatorLink, "insist">;
  readonly #waiting: Denial[] = [];
  #uncounted = 0;
  #sending = false;

  constructor(
    boot: Pick<BootFile, "pod" | "generation">,
    coordinator: Pick<CoordinatorLink, "insist">,
  ) {
    this.#boot = boot;
    this.#coordinator = coordinator;
  }

  /** Takes a refusal; every code but a denial's is ignored. */
  add(denial: Denial): void {
    if (denial.code === null || !isDenial(denial.code)) return;
    if (this.#waiting.length >= maxWaiting) this.#uncounted += 1;
    else this.#waiting.push(denial);
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { pod, generation } = this.#boot;
      const { tool, code, text } = next;
      if (code === null || !isDenial(code)) continue;
      const message = cutText(`${this.#countOmitted()}${text}`, maxDenialMessage);
      await this.#coordinator.insist("pod.denied", { pod, generation, tool, code, message });
    }
    this.#sending = false;
  }

  #countOmitted(): string {
    const omitted = this.#uncounted;
    this.#uncounted = 0;
    return omitted === 0 ? "" : `(${omitted} more were not told) `;
  }
}
