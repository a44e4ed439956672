/** A pod's leftovers are found by pod and workspace: ids are unique in a workspace only. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { killLeftovers, markedProcesses, markOf } from "../../src/process/mark.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "podlane-mark-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

const of = (pod: string, stateDir: string) => ({ pod, stateDir: join(folder, stateDir) });

/** A shell that answers a line once it runs, then goes on as told. */
async function startMarked(mark: ReturnType<typeof of>, script: string) {
  const child = spawn("/bin/sh", ["-c", `echo up; ${script}`], {
    env: { ...markOf(mark), PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  await once(child.stdout, "data");
  return child;
}

test("a process of another workspace's pod with the same id is not this pod's", async () => {
  const mine = of("puqwzbox4", "one");
  const other = of("puqwzbox4", "two");
  const child = await startMarked(other, "exec sleep 30");
  const ended = once(child, "exit");
  expect(await markedProcesses(mine.stateDir)).toEqual([]);
  expect(await killLeftovers(mine)).toBe(0);
  expect(await markedProcesses(other.stateDir)).toMatchObject([{ pid: child.pid, pod: other.pod }]);
  expect(await killLeftovers(of("panother", "two"))).toBe(0);
  expect(await killLeftovers(other)).toBe(1);
  expect(await ended).toEqual([null, "SIGKILL"]);
});

test("all that carries the mark ends, in whatever session it went to", async () => {
  const mark = of("pstray", "three");
  const child = await startMarked(mark, "setsid sleep 30 & setsid setsid sleep 30 & wait");
  await expect.poll(async () => (await markedProcesses(mark.stateDir)).length).toBe(3);
  expect(await killLeftovers(mark)).toBe(3);
  expect(await markedProcesses(mark.stateDir)).toEqual([]);
  expect(child.signalCode ?? (await once(child, "exit"))[1]).toBe("SIGKILL");
});
