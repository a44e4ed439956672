/**
 * W4: an event of a child until it is durable at its parent, and until it is in the parent's
 * history, with `coalesceMs` 0. The parent is a real pod under a real server; the child is a
 * process with a real outbox and link. Its peer in the same run: two bare processes, MessagePack
 * over a Unix socket, one SQLite row flushed at each side.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type PodId, type PodMethods, podMethods, type ResultOf } from "@podlane/protocol";
import { dial, mintToken } from "@podlane/protocol/node";
import type { BareResult, BareTask } from "./events/bare-sender.ts";
import type { ChildResult, ChildTask } from "./events/child.ts";
import { quantile, ratiosOf, showRatio, spreadOf } from "./spread.ts";
import { type BenchWorkspace, expectOk, openWorkspace } from "./workspace.ts";

const rounds = 15;
const eventsARound = 20;
const warmUpEvents = 100;

export async function benchEvents(): Promise<void> {
  const workspace = await openWorkspace();
  try {
    const parent = await spawnParent(workspace);
    const child = start("child");
    const bare = start("bare-sender");
    const folder = workspace.stateDir;
    const key = [...workspace.key];
    const task: ChildTask = { folder, key, socket: parent.socket };
    const bareTask: BareTask = { folder };
    const timings: Timings[] = [];
    for (let sent = 0; sent < warmUpEvents + rounds * eventsARound; sent += 1) {
      const { durableMs, shownMs } = await ask<ChildResult>(child, task);
      await settled(workspace, parent.id);
      const { roundMs } = await ask<BareResult>(bare, bareTask);
      if (sent >= warmUpEvents) timings.push({ durableMs, shownMs, roundMs });
    }
    await checkHistory(workspace, parent.socket, warmUpEvents + rounds * eventsARound);
    child.disconnect();
    bare.disconnect();
    report(timings);
  } finally {
    await workspace.close();
  }
}

interface Timings extends ChildResult, BareResult {}

interface Parent {
  readonly id: PodId;
  readonly socket: string;
}

async function spawnParent({ coordinator, spec }: BenchWorkspace): Promise<Parent> {
  const { pod } = expectOk(
    await coordinator.request("pod.spawn", { parent: null, spec: spec("parent") }),
  );
  const ready = expectOk(await coordinator.request("pod.wait", { pod: pod.id, until: "ready" }));
  if (ready.pod.socket === null) throw new Error(`the parent is ${ready.pod.state}`);
  return { id: pod.id, socket: ready.pod.socket };
}

/** The turn that the event before caused is over, and all that it had to report is reported. */
async function settled({ coordinator }: BenchWorkspace, pod: PodId): Promise<void> {
  expectOk(await coordinator.request("pod.wait", { pod, until: "settled" }));
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

function report(timings: readonly Timings[]): void {
  const base = timings.map(({ roundMs }) => roundMs);
  const rows = [
    ["bare: sent, flushed at both sides, answered", base],
    ["event durable at the parent, acknowledged", timings.map(({ durableMs }) => durableMs)],
    ["event in the history of an idle parent", timings.map(({ shownMs }) => shownMs)],
  ] as const;
  console.log(`${rounds} rounds of ${eventsARound}, one event and one bare message in turn; ms`);
  console.log(`${"".padEnd(48)} p50    p99   p50/bare, median of the rounds (least–greatest)`);
  for (const [name, values] of rows) {
    const cells = [quantile(values, 0.5), quantile(values, 0.99)].map((ms) => ms.toFixed(2));
    const ratios = ratiosOf(medians(values), medians(base));
    const shown = [...cells.map((cell) => cell.padStart(6)), `  ${showRatio(spreadOf(ratios))}`];
    console.log(`  ${name.padEnd(44)} ${shown.join(" ")}`);
  }
}

/** One median a round. */
function medians(values: readonly number[]): number[] {
  return Array.from({ length: rounds }, (_, round) =>
    quantile(values.slice(round * eventsARound, (round + 1) * eventsARound), 0.5),
  );
}
