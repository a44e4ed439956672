/** The files of a log as a killed process leaves them, and what can happen to them. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyHead, headOf, verifyChain } from "../../src/log/hash-chain.ts";
import { KeptHead } from "../../src/log/kept-head.ts";
import type { Batch, LogHead } from "../../src/log/log.ts";
import { SqliteLog } from "../../src/log/sqlite-log.ts";
import { sampleBatch } from "./sample.ts";

export type Files = ReadonlyMap<string, Buffer>;

const names = ["log.db", "log.db-wal", "log.head"] as const;
export type FileName = (typeof names)[number];

export interface Victim {
  readonly files: Files;
  readonly batches: readonly Batch[];
}

const options = { workspaceId: "w1" };

/**
 * A log of these batches, as it lies there after a kill. `checkpointed` of them are in the database
 * file itself, the others still in the write-ahead log.
 */
export async function victim(dir: string, sizes: readonly number[], checkpointed: number) {
  const path = join(dir, "log.db");
  const batches: Batch[] = [];
  const append = async (log: Pick<KeptHead, "append">, size: number): Promise<void> => {
    const last = batches.at(-1);
    const head = last === undefined ? emptyHead : headOf(last);
    const batch = sampleBatch(head, size);
    await log.append(batch, head.seq);
    batches.push(batch);
  };
  const open = () => KeptHead.over(SqliteLog.open(path, options), join(dir, "log.head"));
  const first = await open();
  for (const size of sizes.slice(0, checkpointed)) await append(first, size);
  // Closing writes the write-ahead log back into the database; a kill does not.
  await first.close();
  const second = await open();
  for (const size of sizes.slice(checkpointed)) await append(second, size);
  const files = new Map(names.map((name) => [name as string, readFileSync(join(dir, name))]));
  await second.close();
  return { files, batches } satisfies Victim;
}

/** What opening and reading the whole log came to. */
export type Recovery =
  | { readonly kind: "opened"; readonly head: LogHead }
  | { readonly kind: "stopped"; readonly message: string };

/** Opens a log made of these files, as the server would. */
export async function recover(dir: string, files: Files): Promise<Recovery> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  for (const [name, bytes] of files) writeFileSync(join(dir, name), bytes);
  let sqlite: SqliteLog | undefined;
  try {
    sqlite = SqliteLog.open(join(dir, "log.db"), options);
    const log = await KeptHead.over(sqlite, join(dir, "log.head"));
    const report = await verifyChain(log);
    await log.close();
    return report.ok
      ? { kind: "opened", head: report.head }
      : { kind: "stopped", message: report.reason };
  } catch (fault) {
    await sqlite?.close();
    return { kind: "stopped", message: (fault as Error).message };
  }
}

export function withFile(files: Files, name: FileName, bytes: Buffer): Files {
  return new Map([...files, [name, bytes]]);
}

export function without(files: Files, name: FileName): Files {
  return new Map([...files].filter(([other]) => other !== name));
}
