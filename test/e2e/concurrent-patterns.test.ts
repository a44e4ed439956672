/** Each plan of docs/concurrent-patterns.md, run by the built command on a small repository. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../tidy/repository.ts";
import { verifies } from "../requirements.ts";

const plans = [
  ...readFileSync(`${root}docs/concurrent-patterns.md`, "utf8").matchAll(/```yaml\n([^]*?)```/g),
].map(([, plan = ""]) => plan);
const landed = [
  ["left.txt", "right.txt"],
  ["first.txt", "second.txt"],
  ["built.txt", "design.txt"],
];

let folder: string;
let checkout: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "podlane-patterns-")));
  checkout = join(folder, "repository");
  mkdirSync(checkout);
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.invalid"];
  git("init", "--quiet", "--initial-branch=main");
  git(...author, "commit", "--quiet", "--allow-empty", "-m", "nothing yet");
});

afterEach(() => {
  pod("serve", "--stop");
  rmSync(folder, { recursive: true });
});

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: checkout, encoding: "utf8" });
}

function pod(...args: string[]) {
  const env = { PATH: process.env["PATH"], HOME: folder, POD_HOME: join(folder, "state") };
  const command = [`${root}packages/cli/bin/pod.js`, ...args];
  return spawnSync(process.execPath, command, { cwd: checkout, env, encoding: "utf8" });
}

test.each(plans.map((plan, index) => [index, plan] as const))(
  verifies("R106", "R108", "R160") + "plan %i of the document runs, and its branches land",
  (index, plan) => {
    writeFileSync(join(folder, "plan.yaml"), plan);
    const { status, stderr } = pod("run", join(folder, "plan.yaml"));
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    expect(git("ls-tree", "--name-only", "main").trim().split("\n")).toEqual(landed[index]);
  },
);
