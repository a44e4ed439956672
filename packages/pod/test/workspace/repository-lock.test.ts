import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RepositoryLockFault, withRepositoryLock } from "../../src/workspace/repository-lock.ts";
import { temporaryFolder } from "./fixture.ts";

const holder = `
  const { DatabaseSync } = require("node:sqlite");
  const database = new DatabaseSync(process.argv[1]);
  database.exec("BEGIN EXCLUSIVE");
  process.stdout.write("held");
  setInterval(() => {}, 60_000);
`;

test("one holder at a time, in the order of asking", async () => {
  const path = join(temporaryFolder(), "state", "lock");
  const seen: string[] = [];
  const hold = (name: string) =>
    withRepositoryLock(path, async () => {
      seen.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} out`);
    });
  await Promise.all(["a", "b", "c"].map(hold));
  expect(seen).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
});

test("a failure inside gives the lock back", async () => {
  const path = join(temporaryFolder(), "lock");
  await expect(withRepositoryLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow(
    "no",
  );
  expect(await withRepositoryLock(path, async () => "next")).toBe("next");
});

test("waits for another process up to the deadline; its death frees the lock", async () => {
  const path = join(temporaryFolder(), "lock");
  const child = spawn(process.execPath, ["-e", holder, path]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const blocked = withRepositoryLock(path, async () => "never", { deadlineMs: 50 });
  await expect(blocked).rejects.toThrow(RepositoryLockFault);
  const waiting = withRepositoryLock(path, async () => "mine");
  child.kill("SIGKILL");
  expect(await waiting).toBe("mine");
});

test("a caller that gives up stops waiting", async () => {
  const path = join(temporaryFolder(), "lock");
  const call = withRepositoryLock(path, async () => 1, { signal: AbortSignal.abort("enough") });
  await expect(call).rejects.toBe("enough");
});
