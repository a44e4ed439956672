/**
 * Waits for the registry to drop an ended child. The log knows first; but what the child was lent
 * is this pod's to write only when the mirror of its scopes knows too.
 */
import type { PodId } from "@podlane/protocol";

/** A host tells of an end at once. One that died in between must not hold the caller for ever. */
const patienceMs = 5_000;

export class ChildDrops {
  readonly #isKnown: (pod: PodId) => boolean;
  readonly #waiters = new Map<PodId, Set<() => void>>();

  constructor(isKnown: (pod: PodId) => boolean) {
    this.#isKnown = isKnown;
  }

  /** Resolves once the registry does not hold the pod, or after a while in any case. */
  until(pod: PodId): Promise<void> {
    if (!this.#isKnown(pod)) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiters = this.#waiters.get(pod) ?? new Set();
    this.#waiters.set(pod, waiters);
    const finish = () => {
      clearTimeout(timer);
      waiters.delete(finish);
      if (waiters.size === 0) this.#waiters.delete(pod);
      resolve();
    };
    const timer = setTimeout(finish, patienceMs);
    waiters.add(finish);
    return promise;
  }

  dropped(pod: PodId): void {
    for (const finish of this.#waiters.get(pod) ?? []) finish();
  }
}
