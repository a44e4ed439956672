import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { ProcessFamily } from "../../src/process/family.ts";
import { endByLadder, settlesWithin } from "../../src/process/ladder.ts";
import { startGroup } from "../../src/process/start-group.ts";
import { isAlive, readTable, startTimeOf } from "../../src/process/table.ts";
import { hasLivingMember } from "./living-group.ts";

/** A shell in a group of its own that has printed `up`. */
async function startShell(script: string): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn("/bin/sh", ["-c", `echo up; ${script}`], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  await once(child.stdout, "data");
  return child as ChildProcess & { readonly pid: number };
}

const identityOf = (pid: number) => ({ pid, startTime: startTimeOf(pid) ?? "" });

describe.runIf(process.platform === "linux")("a pid", () => {
  test("is ours only with its start time, and no longer once it is a zombie", async () => {
    const child = await startShell("exec sleep 30");
    const identity = identityOf(child.pid);
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startTime: "1" })).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isAlive(identity)).toBe(false);
    expect(startTimeOf(child.pid)).toBeNull();
  });

  test("of a zombie has a row, and is not alive", async () => {
    const parent = await startShell("sleep 30 & exec sleep 31");
    const zombie = await expectChild(parent.pid);
    process.kill(zombie.pid, "SIGKILL");
    await expect.poll(() => isAlive(zombie)).toBe(false);
    expect(readTable()?.find((row) => row.pid === zombie.pid)).toMatchObject({ isAlive: false });
    parent.kill("SIGKILL");
    await once(parent, "exit");
  });
});

async function expectChild(parent: number) {
  const find = () => readTable()?.find((row) => row.parent === parent && row.isAlive);
  await expect.poll(find).toBeDefined();
  const found = find();
  if (found === undefined) throw new Error("the child is not there");
  return found;
}

describe.runIf(process.platform === "linux")("a family", () => {
  test("whose leader has another start time is a stranger's, and is not signalled", async () => {
    const stranger = await startShell("exec sleep 30");
    const family = new ProcessFamily({ pid: stranger.pid, startTime: "1" });
    expect(family.lives).toBe(false);
    family.signal("SIGKILL");
    expect(isAlive(identityOf(stranger.pid))).toBe(true);
    stranger.kill("SIGKILL");
    expect(await once(stranger, "exit")).toEqual([null, "SIGKILL"]);
  });

  test("lives on in what its leader left in its group, and ends with that", async () => {
    const leader = await startShell("sleep 30 & exit 0");
    const family = new ProcessFamily(identityOf(leader.pid));
    if (leader.exitCode === null) await once(leader, "exit");
    family.leaderEnded();
    expect(family.lives).toBe(true);
    family.signal("SIGKILL");
    await expect.poll(() => family.lives).toBe(false);
    expect(hasLivingMember(leader.pid)).toBe(false);
  });

  test("holds who left its group while the way there was still seen", async () => {
    const leader = await startShell("setsid sleep 30 & wait");
    const family = new ProcessFamily(identityOf(leader.pid));
    const stray = await expectChild(leader.pid);
    await expect
      .poll(() => readTable()?.find((row) => row.pid === stray.pid)?.group)
      .toBe(stray.pid);
    expect(family.lives).toBe(true);
    leader.kill("SIGKILL");
    await once(leader, "exit");
    family.leaderEnded();
    expect(family.lives).toBe(true);
    family.signal("SIGKILL");
    await expect.poll(() => isAlive(stray)).toBe(false);
    expect(family.lives).toBe(false);
  });
});

describe("the ladder", () => {
  const target = (endsAt: string | null) => {
    const signals: string[] = [];
    return {
      signals,
      signal: (signal: string) => void signals.push(signal),
      endsWithin: () => Promise.resolve(signals.at(-1) === endsAt),
    };
  };

  test("stops at the rung that was enough", async () => {
    const polite = target("SIGTERM");
    expect(await endByLadder(polite, 10)).toBe(true);
    expect(polite.signals).toEqual(["SIGTERM"]);
    const stubborn = target("SIGKILL");
    expect(await endByLadder(stubborn, 10)).toBe(true);
    expect(stubborn.signals).toEqual(["SIGTERM", "SIGKILL"]);
  });

  test("says so when nothing was enough", async () => {
    expect(await endByLadder(target(null), 10)).toBe(false);
  });

  test("a promise settles in time, also by rejecting, or does not", async () => {
    expect(await settlesWithin(Promise.resolve(), 10_000)).toBe(true);
    expect(await settlesWithin(Promise.reject(new Error("torn")), 10_000)).toBe(true);
    expect(await settlesWithin(new Promise(() => {}), 0)).toBe(false);
  });

  test("ends a whole group once, however often it is asked to", async () => {
    const started = await startGroup({
      file: "/bin/sh",
      args: ["-c", "trap '' TERM; sleep 30 & echo up; wait; sleep 30"],
      cwd: "/",
      environment: {},
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (!started.ok) throw new Error(started.failure.message);
    const { group } = started;
    if (group.child.stdout !== null) await once(group.child.stdout, "data");
    const answers = await Promise.all([group.terminate(50), group.terminate(50)]);
    expect(answers).toEqual([true, true]);
    expect(await group.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(hasLivingMember(group.pid)).toBe(false);
  });
});
