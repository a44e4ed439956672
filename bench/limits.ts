/**
 * What the machine itself can do, beside which every durable figure is read: one flush, and
 * SQLite's commits when 128 rows share one.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { BenchOptions } from "./options.ts";
import { openScratch } from "./scratch.ts";
import { quantile, spreadOf } from "./spread.ts";

const blockBytes = 4_096;
const rowBytes = 300;
const batchRows = 128;
const rounds = 5;
const flushes = 400;
const batches = 400;
const smallCount = 20;

export async function benchLimits({ small }: Pick<BenchOptions, "small">): Promise<void> {
  await using scratch = openScratch();
  const flushMs: number[] = [];
  const groups: number[] = [];
  const singles: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    flushMs.push(...timeFlushes(scratch.folder, small ? smallCount : flushes));
    const count = small ? smallCount : batches;
    groups.push(appendRows(scratch.folder, { count, rows: batchRows }));
    singles.push(appendRows(scratch.folder, { count, rows: 1 }));
  }
  console.log("limits of this machine, median (least–greatest) of five rounds in turn:");
  const [p50, p99] = [quantile(flushMs, 0.5), quantile(flushMs, 0.99)];
  console.log(
    `  flush of 4 KiB (fdatasync)        p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)}`,
  );
  console.log(`  SQLite, ${batchRows} rows of ${rowBytes} B a commit  ${show(groups)} rows/s`);
  console.log(`  SQLite, a row a commit            ${show(singles)} rows/s`);
}

/** Block after block over a file that has them all: only data is flushed, no new length. */
function timeFlushes(folder: string, count: number): number[] {
  const file = openSync(join(folder, "flushes"), "w");
  const block = Buffer.alloc(blockBytes, 1);
  for (let n = 0; n < count; n += 1) writeSync(file, block);
  fdatasyncSync(file);
  const takenMs = Array.from({ length: count }, (_, n) => {
    const startMs = performance.now();
    writeSync(file, block, 0, blockBytes, n * blockBytes);
    fdatasyncSync(file);
    return performance.now() - startMs;
  });
  closeSync(file);
  return takenMs;
}

/** Rows a second, in commits of so many rows each, in WAL mode with `synchronous=FULL`. */
function appendRows(folder: string, { count, rows }: { count: number; rows: number }): number {
  const db = new DatabaseSync(join(folder, "rows.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  db.exec("CREATE TABLE IF NOT EXISTS rows (seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT");
  const insert = db.prepare("INSERT INTO rows (data) VALUES (?)");
  const data = Buffer.alloc(rowBytes, 1);
  const startMs = performance.now();
  for (let n = 0; n < count; n += 1) {
    db.exec("BEGIN");
    for (let row = 0; row < rows; row += 1) insert.run(data);
    db.exec("COMMIT");
  }
  const seconds = (performance.now() - startMs) / 1_000;
  db.close();
  return (count * rows) / seconds;
}

function show(rates: readonly number[]): string {
  const { min, median, max } = spreadOf(rates);
  return `${Math.round(median)} (${Math.round(min)}–${Math.round(max)})`;
}
