import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWriter, CrashLoop, makeFastFolder } from "./crash-loop.ts";

const folder = makeFastFolder("podlane-crash-");
let program = "";

beforeAll(async () => {
  program = await buildWriter(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([1, 2, 3, 4])("seed %i: five kills lose nothing and halve nothing", async (seed) => {
  const dir = join(folder, String(seed));
  mkdirSync(dir);
  const loop = new CrashLoop(program, dir, seed);
  for (let life = 0; life < 5; life += 1) {
    await loop.live();
    await loop.check();
  }
  expect(loop.acknowledged).toBeGreaterThan(0);
});
