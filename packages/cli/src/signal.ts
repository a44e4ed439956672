/** Wake-ups, coalesced: however many come while one is handled, one more look follows. */

export interface Signal {
  raise(): void;
  /** Raises it, for the last time. */
  end(): void;
  /** To be taken before the look, so that what comes meanwhile is not missed. */
  next(): Promise<void>;
  readonly ended: boolean;
}

export function createSignal(): Signal {
  let pending = Promise.withResolvers<void>();
  let ended = false;
  return {
    raise: () => pending.resolve(),
    end: () => {
      ended = true;
      pending.resolve();
    },
    next: () => {
      pending = Promise.withResolvers<void>();
      if (ended) pending.resolve();
      return pending.promise;
    },
    get ended() {
      return ended;
    },
  };
}
