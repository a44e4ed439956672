import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { headOf, verifyChain } from "../../src/log/hash-chain.ts";
import { SqliteLog } from "../../src/log/sqlite-log.ts";
import { tempDir } from "../temp-dir.ts";
import { fill, sampleBatch } from "./sample.ts";

const options = { workspaceId: "w1" };

function openLog(path: string): SqliteLog {
  const log = SqliteLog.open(path, options);
  onTestFinished(() => log.close());
  return log;
}

function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

test("keeps the log over a restart", async () => {
  const path = join(tempDir(), "log.db");
  const log = SqliteLog.open(path, options);
  await fill(log, [2, 3]);
  const head = await log.head();
  await log.close();
  expect(await verifyChain(openLog(path))).toEqual({ ok: true, head });
});

test("is a WAL database of our schema version", () => {
  const path = join(tempDir(), "log.db");
  openLog(path);
  const db = new DatabaseSync(path);
  onTestFinished(() => db.close());
  expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
});

test("notices what another process appended", async () => {
  const path = join(tempDir(), "log.db");
  const one = openLog(path);
  const two = openLog(path);
  const [first] = await fill(one, [2]);
  expect(first).toBeDefined();
  if (first === undefined) return;
  expect(await two.head()).toEqual(headOf(first));
  expect(await two.append(sampleBatch(headOf(first), 1), 2)).toEqual({ ok: true });
  const late = await one.append(sampleBatch(headOf(first), 1), 2);
  expect(late).toMatchObject({ ok: false, conflict: { seq: 3 } });
});

test("does not open a newer schema, another workspace's file or something else", async () => {
  const dir = tempDir();
  const path = join(dir, "log.db");
  await SqliteLog.open(path, options).close();
  expect(() => SqliteLog.open(path, { workspaceId: "w2" })).toThrow(/workspace w1, wanted w2/);
  tamper(path, "PRAGMA user_version = 2");
  expect(() => SqliteLog.open(path, options)).toThrow(/upgrade/);

  const foreign = join(dir, "foreign.db");
  tamper(foreign, "CREATE TABLE t (x)");
  expect(() => SqliteLog.open(foreign, options)).toThrow(/something else/);

  const text = join(dir, "text.db");
  writeFileSync(text, "not a database, but long enough to be looked at".repeat(100));
  expect(() => SqliteLog.open(text, options)).toThrow(/not a database/);
});

test.each([
  ["a missing row", "DELETE FROM batches WHERE first_seq = 3"],
  ["a changed time", "UPDATE batches SET at_ms = at_ms + 1 WHERE first_seq = 3"],
  ["a changed length", "UPDATE batches SET last_seq = last_seq - 1 WHERE first_seq = 3"],
  ["a moved row", "UPDATE batches SET first_seq = 4 WHERE first_seq = 3"],
  ["a cut payload", "UPDATE batches SET payload = substr(payload, 1, 9) WHERE first_seq = 3"],
  ["another link", "UPDATE batches SET prev_hash = hash WHERE first_seq = 3"],
])("names the record with %s", async (_, sql) => {
  const path = join(tempDir(), "log.db");
  const log = openLog(path);
  await fill(log, [2, 3, 4]);
  tamper(path, sql);
  const report = await verifyChain(log);
  expect(report).toMatchObject({ ok: false });
  expect(!report.ok && [3, 4].includes(report.badSeq)).toBe(true);
  await expect(log.read({ fromSeq: 1, limit: 100 })).rejects.toMatchObject({ code: "corrupt" });
});

test("names the record in which a byte of the file was flipped", async () => {
  const path = join(tempDir(), "log.db");
  const log = SqliteLog.open(path, options);
  const [, second] = await fill(log, [2, 3, 4]);
  await log.close();
  const file = readFileSync(path);
  const at = file.indexOf(second?.payload ?? "") + 20;
  file[at] = (file[at] ?? 0) ^ 1;
  writeFileSync(path, file);
  expect(await verifyChain(openLog(path))).toMatchObject({ ok: false, badSeq: 3 });
});
