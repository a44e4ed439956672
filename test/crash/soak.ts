/**
 * `npm run soak -- --kills 500 --seed 1`: the crash loop for as long as one likes, 50 kills a log,
 * and before it every damage to a log's files. Prints the seed of a failure and leaves its log.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildWriter, CrashLoop, makeFastFolder, randomOf } from "./crash-loop.ts";
import { sweepDamages } from "./damage-sweep.ts";

const killsPerLog = 50;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const kills = Number(values.kills);
const folder = makeFastFolder("podlane-soak-");
console.log("every damage:", await sweepDamages(folder, randomOf(Number(values.seed))));
const program = await buildWriter(folder);

for (let done = 0, seed = Number(values.seed); done < kills; seed += 1) {
  const dir = join(folder, String(seed));
  mkdirSync(dir);
  const loop = new CrashLoop(program, dir, seed);
  try {
    for (let life = 0; life < killsPerLog && done < kills; life += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one life after the other
      await loop.live();
      // oxlint-disable-next-line no-await-in-loop
      await loop.check();
      done += 1;
    }
  } catch (fault) {
    console.error(`seed ${seed} failed after ${done} kills; its log is in ${dir}`);
    throw fault;
  }
  console.log(`seed ${seed}: ${loop.acknowledged} acknowledged, ${done} of ${kills} kills`);
  rmSync(dir, { recursive: true });
}
rmSync(folder, { recursive: true });
console.log(`${kills} kills: nothing acknowledged is lost, nothing is there in part`);
