/**
 * W5: spawn until ready, with a worktree of its own and WITHOUT a sandbox: from the command to the
 * coordinator until it answers that the pod is ready. In the same run, in turn: a bare
 * `child_process.fork` until its first message, and `git worktree add` with a start of Node.
 */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { quantile, ratiosOf, showRatio, spreadOf } from "./spread.ts";
import { type BenchWorkspace, expectOk, openWorkspace } from "./workspace.ts";

const rounds = 15;

export async function benchSpawn(): Promise<void> {
  const workspace = await openWorkspace();
  try {
    const firstMs = await spawnPod(workspace, 0);
    const spawn: number[] = [];
    const bareFork: number[] = [];
    const gitAndNode: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      spawn.push(await spawnPod(workspace, round));
      bareFork.push(await forkBare());
      gitAndNode.push(addWorktree(workspace, round));
    }
    console.log(`first pod of a new server: ${firstMs.toFixed(0)} ms`);
    console.log(`${rounds} rounds, in turn, without a sandbox; ms          p50    p90`);
    const rows = [
      ["pod spawn until ready (worktree of 200 files)", spawn],
      ["git worktree add, then node -e 0", gitAndNode],
      ["child_process.fork until its first message", bareFork],
    ] as const;
    for (const [name, values] of rows) {
      const cells = [quantile(values, 0.5), quantile(values, 0.9)].map((ms) => ms.toFixed(0));
      console.log(`  ${name.padEnd(48)} ${cells.map((cell) => cell.padStart(6)).join(" ")}`);
    }
    console.log(`  pod / git and node: ${showRatio(spreadOf(ratiosOf(spawn, gitAndNode)))}`);
    console.log(`  pod / bare fork:    ${showRatio(spreadOf(ratiosOf(spawn, bareFork)))}`);
  } finally {
    await workspace.close();
  }
}

/** Checked: it is ready, at a worktree of its own on a branch of its own, and then it is gone. */
async function spawnPod({ coordinator, spec }: BenchWorkspace, round: number): Promise<number> {
  const startedMs = performance.now();
  const spawned = await coordinator.request("pod.spawn", { parent: null, spec: spec(`p${round}`) });
  const { id } = expectOk(spawned).pod;
  const { pod } = expectOk(await coordinator.request("pod.wait", { pod: id, until: "ready" }));
  const tookMs = performance.now() - startedMs;
  if (pod.socket === null || pod.worktree === null) throw new Error(`${pod.name} is ${pod.state}`);
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", pod.worktree ?? "", ...args], { encoding: "utf8" }).trim();
  if (git("branch", "--show-current") !== pod.branch || git("status", "--short") !== "") {
    throw new Error(`the worktree of ${pod.name} is not on a clean ${pod.branch}`);
  }
  expectOk(await coordinator.request("pod.stop", { pod: id, tree: true, deadlineMs: 5_000 }));
  expectOk(await coordinator.request("pod.wait", { pod: id, until: "ended" }));
  return tookMs;
}

async function forkBare(): Promise<number> {
  const startedMs = performance.now();
  const child = fork(fileURLToPath(new URL("./spawn/bare-child.ts", import.meta.url)));
  await once(child, "message");
  const tookMs = performance.now() - startedMs;
  child.disconnect();
  await once(child, "exit");
  return tookMs;
}

function addWorktree({ checkout, stateDir }: BenchWorkspace, round: number): number {
  const path = join(stateDir, `bare-${round}`);
  const startedMs = performance.now();
  const options = { cwd: checkout, stdio: "ignore" } as const;
  execFileSync("git", ["worktree", "add", "--quiet", "-b", `bare-${round}`, path], options);
  execFileSync(process.execPath, ["-e", "0"]);
  return performance.now() - startedMs;
}
