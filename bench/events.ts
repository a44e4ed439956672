/**
 * W4: an event of a child until it is durable at its parent, and until it is in the parent's
 * history, with `coalesceMs` 0. The parent is a real pod under a real server; the child is a
 * process with a real outbox and link. Its peer in the same run: two bare processes, MessagePack
 * over a Unix socket, one SQLite row flushed at each side.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type PodMethods, podMethods, type ResultOf } from "@podlane/protocol";
import { dial, mintToken } from "@podlane/protocol/node";
import type { BareResult, BareTask } from "./events/bare-sender.ts";
import type { ChildResult, ChildTask } from "./events/child.ts";
import { quantile } from "./spread.ts";
import { type BenchWorkspace, expectOk, openWorkspace } from "./workspace.ts";

const rounds = 5;
const eventsARound = 20;
const warmUpEvents = 10;

export async function benchEvents(): Promise<void> {
  const workspace = await openWorkspace();
  try {
    const parent = await spawnParent(workspace);
    const child = start("child");
    const bare = start("bare-sender");
    const folder = workspace.stateDir;
    const task: ChildTask = {
      folder,
      key: [...workspace.key],
      socket: parent,
      count: warmUpEvents,
    };
    const bareTask: BareTask = { folder, count: warmUpEvents };
    await ask<ChildResult>(child, task);
    await ask<BareResult>(bare, bareTask);
    const durable: number[] = [];
    const shown: number[] = [];
    const flushed: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const events = await ask<ChildResult>(child, { ...task, count: eventsARound });
      durable.push(...events.durableMs);
      shown.push(...events.shownMs);
      flushed.push(...(await ask<BareResult>(bare, { ...bareTask, count: eventsARound })).roundMs);
    }
    await checkHistory(workspace, parent, warmUpEvents + rounds * eventsARound);
    child.disconnect();
    bare.disconnect();
    report({ flushed, durable, shown });
  } finally {
    await workspace.close();
  }
}

async function spawnParent({ coordinator, spec }: BenchWorkspace): Promise<string> {
  const { pod } = expectOk(
    await coordinator.request("pod.spawn", { parent: null, spec: spec("parent") }),
  );
  const ready = expectOk(await coordinator.request("pod.wait", { pod: pod.id, until: "ready" }));
  if (ready.pod.socket === null) throw new Error(`the parent is ${ready.pod.state}`);
  return ready.pod.socket;
}

function start(program: string): ChildProcess {
  return fork(fileURLToPath(new URL(`./events/${program}.ts`, import.meta.url)));
}

async function ask<Result>(child: ChildProcess, task: object): Promise<Result> {
  child.send(task);
  const [result] = (await once(child, "message")) as [Result];
  return result;
}

/** Each event once, in its order, none left out. */
async function checkHistory(
  { key }: BenchWorkspace,
  socket: string,
  expected: number,
): Promise<void> {
  const token = mintToken(key, { role: "operator" });
  const hello = { role: "operator", token, name: "bench", version: "0" } as const;
  const calls = { calls: podMethods, serves: {}, handlers: {} };
  const { peer } = expectOk(await dial({ socket, hello, ...calls }));
  const seqs: number[] = [];
  for (let fromSeq: number | null = 0; fromSeq !== null;) {
    const query = { fromSeq, limit: 1_000, notificationsOnly: true };
    const page: ResultOf<PodMethods, "get_history"> = expectOk(
      await peer.request("get_history", query),
    );
    for (const item of page.items)
      if ("event" in item && "seq" in item.event) seqs.push(item.event.seq);
    fromSeq = page.nextSeq;
  }
  peer.close();
  const isWhole = seqs.length === expected && seqs.every((seq, index) => seq === index + 1);
  if (!isWhole) throw new Error(`${seqs.length} of ${expected} events in the parent's history`);
  console.log(`checked: ${expected} events in the parent's history, once each, in order`);
}

function report(timings: Readonly<Record<"flushed" | "durable" | "shown", number[]>>): void {
  const base = quantile(timings.flushed, 0.5);
  const rows = [
    ["bare: sent, flushed at both sides, answered", timings.flushed],
    ["event durable at the parent, acknowledged", timings.durable],
    ["event in the history of an idle parent", timings.shown],
  ] as const;
  console.log(`${rounds} rounds of ${eventsARound}, in turn; ms           p50    p99   p50/bare`);
  for (const [name, values] of rows) {
    const p50 = quantile(values, 0.5);
    const cells = [p50.toFixed(2), quantile(values, 0.99).toFixed(2), (p50 / base).toFixed(2)];
    console.log(`  ${name.padEnd(46)} ${cells.map((cell) => cell.padStart(6)).join(" ")}`);
  }
}
