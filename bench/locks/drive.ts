/** Keeps commands in flight on every connection for a while, each on a key of its own. */
import type { LockClient, LockContender } from "./contender.ts";
import type { Witness } from "./witness.ts";

export interface Shape {
  readonly connections: number;
  /** Commands in flight on each. */
  readonly depth: number;
}

export interface Run {
  /** Acquired and released. */
  readonly pairs: number;
  readonly seconds: number;
  /** How long each command took, acquisitions and releases alike. */
  readonly commandMs: readonly number[];
}

/** Keys that a slot takes in turn: enough that none is warm from the pair before. */
const keysASlot = 16;

export async function driveLocks(
  { clients }: LockContender,
  witness: Witness,
  { connections, depth, durationMs }: Shape & { readonly durationMs: number },
): Promise<Run> {
  const commandMs: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  const slot = async (client: LockClient, name: string): Promise<void> => {
    for (let n = 0; performance.now() < endMs; n += 1) {
      const key = `src/${name}/f${n % keysASlot}.ts`;
      const askedMs = performance.now();
      const grant = await client.acquire(key);
      const grantedMs = performance.now();
      witness.granted(key, grant.fence);
      witness.releasing(key);
      await grant.release();
      commandMs.push(grantedMs - askedMs, performance.now() - grantedMs);
    }
  };
  const slots = clients
    .slice(0, connections)
    .flatMap((client, c) => Array.from({ length: depth }, (_, d) => slot(client, `${c}-${d}`)));
  await Promise.all(slots);
  const seconds = (performance.now() - startMs) / 1_000;
  return { pairs: commandMs.length / 2, seconds, commandMs };
}
