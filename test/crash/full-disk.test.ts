/** A store that cannot write: nothing more is acknowledged, the process ends and says why. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exitCodes } from "@podlane/protocol";
import { buildWriter, CrashLoop, makeFastFolder } from "./crash-loop.ts";

const folder = makeFastFolder("podlane-full-");
let program = "";

beforeAll(async () => {
  program = await buildWriter(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** So many answers that the disk is full before. */
const never = 100_000;

/** Works on a small disk until it is full, then on a large one. */
async function expectEndOnFullDisk(
  name: string,
  script: (dir: string) => readonly string[],
): Promise<void> {
  const dir = join(folder, name);
  mkdirSync(dir);
  const loop = new CrashLoop(program, dir, 7);
  const code = await loop.liveAs(script(dir), never);
  expect(code).toBe(exitCodes.invariantBroken);
  const before = loop.acknowledged;
  expect(before).toBeGreaterThan(0);
  await loop.check();
  await loop.live();
  await loop.check();
  expect(loop.acknowledged).toBeGreaterThan(before);
}

test("EIO: a file that may not grow ends the server; what it acknowledged is there", async () => {
  // Blocks of 512 bytes. The signal that would kill at the limit is ignored: the write fails.
  const limited = `trap '' XFSZ; ulimit -f 300; exec "$@"`;
  await expectEndOnFullDisk("eio", (dir) => [
    "sh",
    "-c",
    limited,
    "sh",
    process.execPath,
    program,
    dir,
  ]);
});

test("ENOSPC: a full disk ends the server; what it acknowledged is there", async (context) => {
  // A disk of its own, seen by this one process and whoever it starts; kept by copying it out.
  const mounted = `mount -t tmpfs -o size=200k none "$0" || exit 99
    "$@" "$0"; code=$?; mkdir -p "$KEEP"; cp "$0"/log.* "$KEEP"; exit $code`;
  const probe = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", folder]);
  if (probe.status !== 0) {
    return context.skip(`no mounts of one's own here: ${String(probe.error ?? probe.stderr)}`);
  }
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const keep = (dir: string) => ["env", `KEEP=${dir}`, "unshare", "-rm", "sh", "-c", mounted];
  await expectEndOnFullDisk("full", (dir) => [...keep(dir), disk, process.execPath, program]);
});
