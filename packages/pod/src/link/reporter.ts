/**
 * What a pod reports to the coordinator, one after another and at least once: turn ends in order,
 * of transitions and quiet only the newest that has not been sent.
 */
import type { CoordinatorMethods, Outcome, ParamsOf, ResultOf } from "@podlane/protocol";

type Reported = "pod.transition" | "pod.turn_end" | "pod.settled";

interface Report<M extends Reported = Reported> {
  readonly method: M;
  readonly params: ParamsOf<CoordinatorMethods, M>;
  readonly onRecorded?: () => void;
}

type Insist = <M extends Reported>(
  method: M,
  params: ParamsOf<CoordinatorMethods, M>,
) => Promise<Outcome<ResultOf<CoordinatorMethods, M>>>;

export class Reporter {
  readonly #insist: Insist;
  readonly #onRefused: (method: string, message: string) => void;
  #queue: Report[] = [];
  #sending: Promise<void> | null = null;

  constructor(insist: Insist, onRefused: (method: string, message: string) => void) {
    this.#insist = insist;
    this.#onRefused = onRefused;
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
    this.#queue.push({ method, params, ...(onRecorded === undefined ? {} : { onRecorded }) });
    this.#sending ??= this.#drain();
  }

  /** Resolves when nothing waits to be sent. */
  async flushed(): Promise<void> {
    await this.#sending;
  }

  async #drain(): Promise<void> {
    for (let report = this.#queue.shift(); report !== undefined; report = this.#queue.shift()) {
      const outcome = await this.#insist(report.method, report.params);
      if (outcome.ok) report.onRecorded?.();
      else this.#onRefused(report.method, outcome.error.message);
    }
    this.#sending = null;
  }
}
