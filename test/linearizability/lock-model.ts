/**
 * One exclusive lock with fencing tokens, as its clients may see it.
 */
import type { Model, Operation } from "./checker.ts";

export type LockInput =
  | { readonly kind: "acquire" }
  | { readonly kind: "release"; readonly fence: number }
  | { readonly kind: "read" };

export type LockOutput =
  /** The token of the grant; the same one again for who holds it already. */
  | { readonly kind: "granted"; readonly fence: number }
  | { readonly kind: "held_by_another" }
  | { readonly kind: "released" }
  | { readonly kind: "stale" }
  | { readonly kind: "seen"; readonly holder: string | null; readonly fence: number | null };

export interface Lock {
  readonly holder: string | null;
  /** Of the holder; null while nobody has seen it, because its grant was never answered. */
  readonly fence: number | null;
  /** No later token may be this or less. */
  readonly lastFence: number;
}

export type LockOperation = Operation<LockInput, LockOutput>;

export const lockModel: Model<Lock, LockInput, LockOutput> = {
  initial: { holder: null, fence: null, lastFence: 0 },
  describe: ({ holder, fence, lastFence }) => `${holder} ${fence} ${lastFence}`,
  step: (lock, operation) => {
    switch (operation.input.kind) {
      case "acquire":
        return acquire(lock, operation);
      case "release":
        return release(lock, operation.input.fence, operation);
      case "read":
        return read(lock, operation);
      default:
        return operation.input satisfies never;
    }
  },
};

function acquire(lock: Lock, { process, output }: LockOperation): readonly Lock[] {
  if (output === null) {
    return lock.holder === null ? [{ ...lock, holder: process, fence: null }] : [];
  }
  if (output.kind === "held_by_another") {
    return lock.holder !== null && lock.holder !== process ? [lock] : [];
  }
  if (output.kind !== "granted") return [];
  if (lock.holder === process) return learn(lock, output.fence);
  return lock.holder === null ? learn({ ...lock, holder: process, fence: null }, output.fence) : [];
}

function release(lock: Lock, fence: number, { process, output }: LockOperation): readonly Lock[] {
  const held = lock.holder === process ? learn(lock, fence) : [];
  const free = held.map(({ lastFence }) => ({ holder: null, fence: null, lastFence }));
  if (output === null || output.kind === "released") return free;
  if (output.kind !== "stale") return [];
  // Certainly stale: nobody holds it by this token. A token nobody has seen may be another.
  return lock.holder === process && lock.fence === fence ? [] : [lock];
}

function read(lock: Lock, { output }: LockOperation): readonly Lock[] {
  if (output === null) return [lock];
  if (output.kind !== "seen" || output.holder !== lock.holder) return [];
  return output.fence === null ? [lock] : learn(lock, output.fence);
}

/** The holder's token has been seen: it must be the known one, or greater than all before. */
function learn(lock: Lock, fence: number): readonly Lock[] {
  if (lock.fence === fence) return [lock];
  if (lock.fence !== null || fence <= lock.lastFence) return [];
  return [{ ...lock, fence, lastFence: fence }];
}
