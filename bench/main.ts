/** `npm run bench -- <name>…`: runs the named benches; without a name it lists them. */
import { cpus } from "node:os";
import { benchClaims } from "./claims.ts";
import { benchEvents } from "./events.ts";
import { benchIpc } from "./ipc.ts";
import { benchQueue } from "./queue.ts";
import { benchSpawn } from "./spawn.ts";

interface Bench {
  readonly purpose: string;
  readonly run: () => Promise<void>;
}

const benches: Readonly<Record<string, Bench>> = {
  claims: {
    purpose: "36 writers and 200 waiters on one key, and the rules alone",
    run: benchClaims,
  },
  ipc: { purpose: "the pod protocol against a bare MessagePack echo and raw bytes", run: benchIpc },
  events: { purpose: "an event of a child until it is in its parent's history", run: benchEvents },
  queue: { purpose: "a task claimed and completed, 100,000 waiting, 50 workers", run: benchQueue },
  spawn: { purpose: "spawn until ready, with a worktree, without a sandbox", run: benchSpawn },
};

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (names.length === 0 || unknown.length > 0) {
    for (const name of unknown) console.error(`no bench is called ${name}`);
    console.log("npm run bench -- <name>…");
    for (const [name, { purpose }] of Object.entries(benches)) console.log(`  ${name}  ${purpose}`);
    process.exitCode = unknown.length === 0 ? 0 : 2;
    return;
  }
  console.log(`Node ${process.versions.node}, ${cpus().length} cores, ${cpus()[0]?.model ?? ""}`);
  for (const name of names) await benches[name]?.run();
}

await main(process.argv.slice(2));
