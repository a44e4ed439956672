/**
 * Every damage of a kind, not a sample of it: files cut at each of their bytes, each byte with a
 * bit flipped, each length of a zeroed tail. The log opens to all that was flushed, or stops and
 * says why; without the head that is kept beside it, it opens to a whole batch or stops.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type FileName,
  type Files,
  type Recovery,
  recover,
  victim,
  withFile,
  without,
} from "../../packages/coordinator/test/log/damage.ts";
import { headOf } from "../../packages/coordinator/src/log/hash-chain.ts";
import type { LogHead } from "../../packages/coordinator/src/log/log.ts";

const sizes = [3, 2, 4, 1, 3, 2];
/** In the database file alone, in the write-ahead log alone, and in both. */
const spread = [6, 0, 3];
const files: readonly FileName[] = ["log.db", "log.db-wal", "log.head"];

export interface Sweep {
  readonly damages: number;
  /** How many of them were no loss, and how many were noticed. */
  readonly opened: number;
  readonly stopped: number;
}

/** `folder` is empty; `random` gives whole numbers below a bound. */
export async function sweepDamages(
  folder: string,
  random: (below: number) => number,
): Promise<Sweep> {
  const counts = { opened: 0, stopped: 0 };
  const dir = join(folder, "copy");
  for (const checkpointed of spread) {
    const home = join(folder, `victim-${checkpointed}`);
    mkdirSync(home);
    const { files: intact, batches } = await victim(home, sizes, checkpointed);
    const heads = batches.map(headOf);
    for (const damaged of damagesOf(intact, random)) {
      const recovery = await recover(dir, damaged.files);
      check(recovery, heads, damaged);
      counts[recovery.kind] += 1;
    }
  }
  return { damages: counts.opened + counts.stopped, ...counts };
}

interface Damage {
  readonly files: Files;
  readonly what: string;
}

function* damagesOf(intact: Files, random: (below: number) => number): Iterable<Damage> {
  const unwatched = without(intact, "log.head");
  for (const name of files) {
    const whole = intact.get(name) ?? Buffer.alloc(0);
    for (let at = 0; at < whole.length; at += 1) {
      const cut = whole.subarray(0, at);
      yield { files: withFile(intact, name, cut), what: `${name} cut at ${at}` };
      if (name !== "log.head") {
        yield { files: withFile(unwatched, name, cut), what: `${name} cut at ${at}, unwatched` };
      }
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
      yield { files: withFile(intact, name, flipped), what: `a bit of byte ${at} of ${name}` };
      const zeroed = Buffer.from(whole).fill(0, at);
      yield { files: withFile(intact, name, zeroed), what: `${name} zero from ${at} on` };
    }
  }
}

function check(recovery: Recovery, heads: readonly LogHead[], { files: kept, what }: Damage): void {
  if (recovery.kind === "stopped") {
    return assert.match(recovery.message, /seq|database|malformed|disk|schema|log/, what);
  }
  const last = heads.at(-1);
  if (kept.has("log.head") && kept.get("log.head")?.length !== 0) {
    return assert.deepEqual(recovery.head, last, `${what}: opened with less`);
  }
  const isWhole = [0, ...heads.map(({ seq }) => seq)].includes(recovery.head.seq);
  assert.ok(isWhole, `${what}: opened at ${recovery.head.seq}, inside a batch`);
}
