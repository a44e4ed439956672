/**
 * Results of children that a waiting call has taken: what waits of them in the buffer, and what is
 * still on its way, is that call's history entry and is not notified again.
 */
import type { PodId, ReceivedPodEvent } from "@podlane/protocol";
import type { ConsumedInput } from "../core/input.ts";
import type { PodCoreState } from "../core/state.ts";

export interface ConsumedResultsOptions {
  readonly state: () => Pick<PodCoreState, "buffer" | "registry">;
  readonly dispatch: (input: ConsumedInput) => void;
}

export class ConsumedResults {
  readonly #options: ConsumedResultsOptions;
  /** Ended children that the registry still holds: their `shut_down` has not come yet. */
  readonly #ends = new Set<PodId>();

  constructor(options: ConsumedResultsOptions) {
    this.#options = options;
  }

  /** `ended`: the call was answered by the child's end. */
  take(pod: PodId, ended: boolean): void {
    const { state, dispatch } = this.#options;
    const { buffer, registry } = state();
    const events = buffer.entries.flatMap((entry) =>
      "event" in entry && entry.event.podId === pod ? [{ podId: pod, seq: entry.event.seq }] : [],
    );
    if (events.length > 0) dispatch({ kind: "consumed", events });
    if (ended && registry.has(pod)) this.#ends.add(pod);
  }

  /** An event was accepted: before the step that follows, so before any turn could show it. */
  tookEvent({ kind, podId, seq }: ReceivedPodEvent): void {
    if (!this.#ends.has(podId)) return;
    if (kind === "shut_down") this.#ends.delete(podId);
    this.#options.dispatch({ kind: "consumed", events: [{ podId, seq }] });
  }
}
