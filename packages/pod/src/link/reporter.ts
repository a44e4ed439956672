/**
 * What a pod reports to the coordinator, one after another and at least once: turn ends in order,
 * of transitions and quiet only the newest that has not been sent.
 */
import type { CoordinatorMethods, ParamsOf, Refusal } from "@podlane/protocol";
import type { CoordinatorLink } from "./coordinator-link.ts";

type Reported = "pod.transition" | "pod.turn_end" | "pod.settled";

interface Report<M extends Reported = Reported> {
  readonly method: M;
  readonly params: ParamsOf<CoordinatorMethods, M>;
  readonly onRecorded: (() => void) | undefined;
}

export interface ReporterOptions {
  readonly coordinator: Pick<CoordinatorLink, "insist">;
  /** The coordinator will not record it; what waits behind it is sent all the same. */
  readonly onRefused: (method: string, refusal: Refusal) => void;
  /** An `onRecorded` threw; nothing is sent any more. */
  readonly onFault: (fault: unknown) => void;
}

export class Reporter {
  readonly #options: ReporterOptions;
  #queue: Report[] = [];
  #sending: Promise<void> | null = null;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** A turn's end is never dropped; the others replace their older unsent kind. */
  report<M extends Reported>(
    method: M,
    params: ParamsOf<CoordinatorMethods, M>,
    onRecorded?: () => void,
  ): void {
    if (method !== "pod.turn_end") {
      this.#queue = this.#queue.filter((report) => report.method !== method);
    }
    this.#queue.push({ method, params, onRecorded });
    this.#sending ??= this.#drain().catch(this.#options.onFault);
  }

  /** Resolves when nothing waits to be sent. */
  async flushed(): Promise<void> {
    await this.#sending;
  }

  async #drain(): Promise<void> {
    const { coordinator, onRefused } = this.#options;
    for (let report = this.#queue.shift(); report !== undefined; report = this.#queue.shift()) {
      const outcome = await coordinator.insist(report.method, report.params);
      if (outcome.ok) report.onRecorded?.();
      else onRefused(report.method, outcome.error);
    }
    this.#sending = null;
  }
}
