/** `npm run demo`, as the README tells a new user to run it; the test run has built already. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../tidy/repository.ts";

/** Two minutes on two cores are promised; a machine that runs other tests too gets some more. */
const demoDeadlineMs = 240_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "podlane-demo-test-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("the demo finds everything that it is meant to show", { timeout: demoDeadlineMs }, () => {
  const environment = { PATH: process.env["PATH"], HOME: folder, TMPDIR: folder, NO_COLOR: "1" };
  const demo = spawnSync(process.execPath, [`${root}examples/demo/run.ts`], {
    env: environment,
    encoding: "utf8",
    timeout: demoDeadlineMs,
  });
  expect({ status: demo.status, stderr: demo.status === 0 ? "" : demo.stderr }).toEqual({
    status: 0,
    stderr: "",
  });
  expect(demo.stdout).not.toContain("FAIL");
  expect(demo.stdout.match(/^ {2}ok {4}/gm)).toHaveLength(9);
});
