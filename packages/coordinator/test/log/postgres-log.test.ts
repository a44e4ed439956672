import pg from "pg";
import { expect, onTestFinished, test, type TestContext, vi } from "vitest";
import { emptyHead, headOf, verifyChain } from "../../src/log/hash-chain.ts";
import { PostgresLog } from "../../src/log/postgres/postgres-log.ts";
import { redactStoreUrl } from "../../src/log/postgres/store-url.ts";
import { startCluster } from "../../../../test/postgres/cluster.ts";
import { freshWorkspace } from "../../../../test/postgres/shared-cluster.ts";
import { openPostgres, pooledPlace, postgresPlace } from "./open-postgres.ts";
import { fill, sampleBatch } from "./sample.ts";
import { verifies } from "../../../../test/requirements.ts";

async function execute(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A database that no other test knows. */
async function freshDatabase(context: TestContext): Promise<string> {
  const { url } = await postgresPlace(context);
  const name = freshWorkspace().replaceAll("-", "_");
  await execute(url, `CREATE DATABASE ${name}`);
  onTestFinished(async () => void (await execute(url, `DROP DATABASE ${name} WITH (FORCE)`)));
  return url.replace(/\/postgres$/, `/${name}`);
}

test("workspaces of one database never meet", async (context) => {
  const place = await postgresPlace(context);
  const one = await openPostgres(place);
  const two = await openPostgres({ ...place, workspace: freshWorkspace() });
  await fill(one, [2, 3]);
  expect(await two.head()).toEqual(emptyHead);
  await fill(two, [1]);
  expect((await one.head()).seq).toBe(5);
  expect(one.workspaceKey).not.toEqual(two.workspaceKey);
});

test("the URL names the workspace, before the caller does", async (context) => {
  const place = await postgresPlace(context);
  const one = await openPostgres(place);
  await fill(one, [2]);
  const url = `${place.url}?workspace=${place.workspace}`;
  const two = await openPostgres({ ...place, url, workspace: "another" });
  expect((await two.head()).seq).toBe(2);
  expect(two.workspaceKey).toEqual(one.workspaceKey);
});

test("of replicas that append at once, one is first each time", async (context) => {
  const place = await postgresPlace(context);
  const logs = await Promise.all([1, 2, 3, 4].map(() => openPostgres(place)));
  for (let round = 0; round < 20; round += 1) {
    const head = (await logs[0]?.head()) ?? emptyHead;
    const outcomes = await Promise.all(
      logs.map((log, index) => log.append(sampleBatch(head, index + 1), head.seq)),
    );
    const first = outcomes.findIndex(({ ok }) => ok);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const seq = head.seq + first + 1;
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.conflict.seq === seq)).toHaveLength(
      3,
    );
  }
  expect(await verifyChain(logs[0] as PostgresLog)).toMatchObject({ ok: true });
});

test("an append whose answer was lost is found again, not made twice", async (context) => {
  const { pool, ...place } = await pooledPlace(context);
  const log = await openPostgres(place);
  const [first] = await fill(log, [2]);
  if (first === undefined) throw new Error("the log was filled");
  pool.loseNextInsertion();
  expect(await log.append(sampleBatch(headOf(first), 3), 2)).toEqual({ ok: true });
  expect((await log.head()).seq).toBe(5);
  expect(place.notes.join()).toContain("out of reach");
});

test("the same batch by another replica is a conflict", async (context) => {
  const place = await postgresPlace(context);
  const one = await openPostgres(place);
  const two = await openPostgres(place);
  const batch = sampleBatch(emptyHead, 1);
  expect(await one.append(batch, 0)).toEqual({ ok: true });
  expect(await two.append(batch, 0)).toMatchObject({ ok: false, conflict: { seq: 1 } });
});

test("replicas that open a fresh database at once lay it out once", async (context) => {
  const place = { url: await freshDatabase(context), workspace: "w", notes: [] };
  const logs = await Promise.all([1, 2, 3, 4, 5, 6].map(() => openPostgres(place)));
  const keys = new Set(logs.map((log) => Buffer.from(log.workspaceKey).toString("hex")));
  expect(keys.size).toBe(1);
  await Promise.all(logs.map((log) => log.close()));
});

test("a newer layout asks for an upgrade", async (context) => {
  const place = { url: await freshDatabase(context), workspace: "w", notes: [] };
  await (await openPostgres(place)).close();
  await execute(place.url, "UPDATE podlane.layout SET version = version + 1");
  await expect(openPostgres(place)).rejects.toMatchObject({ code: "upgrade" });
});

test("a server that answers before it flushes is refused", async (context) => {
  const url = await freshDatabase(context);
  await execute(
    url,
    `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`,
  );
  const opening = openPostgres({ url, workspace: "w", notes: [] });
  await expect(opening).rejects.toMatchObject({ code: "unsafe" });
});

test.for([
  ["a missing row", "DELETE FROM podlane.batches", 3],
  ["a changed time", "UPDATE podlane.batches SET at_ms = at_ms + 1", 3],
  ["a changed byte", "UPDATE podlane.batches SET payload = set_byte(payload, 9, 0)", 3],
] as const)("names the record with %s", async ([, sql, badSeq], context) => {
  const place = await postgresPlace(context);
  const log = await openPostgres(place);
  await fill(log, [2, 3, 4]);
  const id = `(SELECT id FROM podlane.workspaces WHERE name = '${place.workspace}')`;
  await execute(place.url, `${sql} WHERE workspace = ${id} AND first_seq = 3`);
  expect(await verifyChain(log)).toMatchObject({ ok: false, badSeq });
});

test("a hint tells the other replicas how far the log goes", async (context) => {
  const place = await postgresPlace(context);
  const writer = await openPostgres(place);
  const reader = await openPostgres(place);
  const hinted: number[] = [];
  const listening = new Promise<void>((resolve) => {
    reader.onHint((seq) => {
      if (seq === Number.POSITIVE_INFINITY) resolve();
      else hinted.push(seq);
    });
  });
  await listening;
  await fill(writer, [2, 3]);
  await vi.waitFor(() => expect(hinted).toEqual([2, 5]));
});

test("its clock is the server's", async (context) => {
  const place = await postgresPlace(context);
  const log = await openPostgres(place);
  const { rows } = await execute(place.url, "SELECT extract(epoch FROM now()) * 1000 AS ms");
  expect(await log.nowMs()).toBeGreaterThanOrEqual(Math.floor(Number(rows[0].ms)));
});

test(
  verifies("R12") + "keeps what it acknowledged when every process of the server is killed",
  async (context) => {
    const cluster = await startCluster().catch((fault: Error) => context.skip(fault.message));
    onTestFinished(() => cluster.stop());
    const notes: string[] = [];
    const log = await openPostgres({ url: cluster.url, workspace: "w", notes });
    let head = emptyHead;
    const append = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const batch = sampleBatch(head, 2);
        expect(await log.append(batch, head.seq)).toEqual({ ok: true });
        head = headOf(batch);
      }
    };
    await append(10);
    const crashing = cluster.crash();
    await append(10);
    await crashing;
    await append(5);
    expect(await verifyChain(log)).toEqual({ ok: true, head });
  },
);

test("no URL with a password is ever shown", async () => {
  const url = "postgres://me:secret@127.0.0.1:1/db?sslpassword=secret&workspace=w";
  expect(redactStoreUrl(url)).toBe("postgres://me:***@127.0.0.1:1/db?sslpassword=***&workspace=w");
  const opening = PostgresLog.open({ url: "mysql://me:secret@h/db", workspace: "w", onNote() {} });
  await expect(opening).rejects.toThrow(/^(?!.*secret).*postgres:/);
});
