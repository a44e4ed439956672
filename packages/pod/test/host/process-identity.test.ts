/** A pod's leftovers are found by pod and workspace: ids are unique in a workspace only. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { markVariables, processesOfPod } from "../../src/host/process-identity.ts";

test("a process of another workspace's pod with the same id is not this pod's", async () => {
  const mine = { pod: "puqwzbox4", stateDir: "/state/one" };
  const other = { pod: "puqwzbox4", stateDir: "/state/two" };
  const child = spawn("sleep", ["30"], { env: markVariables(other), stdio: "ignore" });
  await once(child, "spawn");
  try {
    expect(await processesOfPod(mine)).toEqual([]);
    expect((await processesOfPod(other)).map(({ pid }) => pid)).toEqual([child.pid]);
  } finally {
    child.kill("SIGKILL");
  }
});
