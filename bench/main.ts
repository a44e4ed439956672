/** `npm run bench -- <name>…`: runs the named benches; without a name it lists them. */
import { cpus, loadavg } from "node:os";
import { benchClaims } from "./claims.ts";
import { benchEvents } from "./events.ts";
import { benchIpc } from "./ipc.ts";
import { benchLimits } from "./limits.ts";
import { benchLocks } from "./locks.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { benchQueue } from "./queue.ts";
import { benchRestart } from "./restart.ts";
import { benchSpawn } from "./spawn.ts";

interface Bench {
  readonly purpose: string;
  readonly run: (options: BenchOptions) => Promise<void>;
}

const benches: Readonly<Record<string, Bench>> = {
  claims: {
    purpose: "36 writers and 200 waiters on one key, and the rules alone",
    run: benchClaims,
  },
  ipc: { purpose: "the pod protocol against a bare MessagePack echo and raw bytes", run: benchIpc },
  events: { purpose: "an event of a child until it is in its parent's history", run: benchEvents },
  limits: { purpose: "what the disk and SQLite can do here", run: benchLimits },
  locks: { purpose: "a lock acquired and released, 64 connections", run: benchLocks },
  queue: { purpose: "a task claimed and completed, 100,000 waiting, 50 workers", run: benchQueue },
  restart: {
    purpose: "killed with a million events on the log, until it grants",
    run: benchRestart,
  },
  spawn: { purpose: "spawn until ready, with a worktree, without a sandbox", run: benchSpawn },
};

const usage = `npm run bench -- <name>… [options]
  --store sqlite|postgres  where Podlane's log is kept (claims, locks, queue)
  --replicas N             so many coordinators over one PostgreSQL
  --alone                  without the peers
  --small                  tiny counts, to see that it runs: the figures say nothing
`;

async function main(options: BenchOptions): Promise<void> {
  const { names } = options;
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (names.length === 0 || unknown.length > 0) {
    for (const name of unknown) console.error(`no bench is called ${name}`);
    console.log(usage);
    for (const [name, { purpose }] of Object.entries(benches)) {
      console.log(`  ${name.padEnd(7)}  ${purpose}`);
    }
    process.exitCode = unknown.length === 0 ? 0 : 2;
    return;
  }
  console.log(`Node ${process.versions.node}, ${cpus().length} cores, ${cpus()[0]?.model ?? ""}`);
  for (const name of names) {
    console.log(`\n${name}; load ${loadavg()[0]?.toFixed(1) ?? "?"} before it`);
    await benches[name]?.run(options);
  }
}

await main(parseOptions(process.argv.slice(2)));
