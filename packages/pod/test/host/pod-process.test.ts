import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { beginWord } from "../../src/host/boot-file.ts";
import { launchPod, type WaitingPod } from "../../src/host/pod-process.ts";
import { isAlive } from "../../src/process/table.ts";

const fixture = join(import.meta.dirname, "fixtures/waiting-pod.ts");

interface Launch {
  readonly pod: WaitingPod;
  readonly output: () => string;
}

async function launch(command = [process.execPath, fixture]): Promise<Launch> {
  const folder = mkdtempSync(join(tmpdir(), "podlane-launch-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const stdout = join(folder, "out");
  const launched = await launchPod({
    command,
    bootFile: "the-boot-file",
    cwd: folder,
    environment: {},
    stdout,
    stderr: join(folder, "err"),
  });
  if (!launched.ok) throw new Error(launched.error.message);
  return { pod: launched.value, output: () => readFileSync(stdout, "utf8") };
}

test("a pod that is ready hears nothing until it is told to begin", async () => {
  const { pod, output } = await launch();
  expect(await pod.booted).toEqual({ kind: "ready", socket: "the-boot-file" });
  expect(output()).toBe("");
  pod.begin();
  expect(await pod.exited).toEqual({ code: 0, signal: null });
  expect(JSON.parse(output())).toBe(beginWord);
});

test("told before it is ready, it begins once it is", async () => {
  const { pod, output } = await launch();
  pod.begin();
  expect(await pod.booted).toMatchObject({ kind: "ready" });
  await pod.exited;
  expect(JSON.parse(output())).toBe(beginWord);
});

test("one that is not wanted is gone, and never heard the word", async () => {
  const { pod, output } = await launch();
  await pod.booted;
  await pod.abandon();
  expect(await isAlive(pod.process)).toBe(false);
  expect(output()).not.toContain("begin");
});

test("one that ends at its start has failed, whatever it is told", async () => {
  const { pod } = await launch([process.execPath, "--eval", "process.exit(3)"]);
  pod.begin();
  expect(await pod.booted).toMatchObject({
    kind: "failed",
    message: expect.stringContaining("exit code 3"),
  });
});
