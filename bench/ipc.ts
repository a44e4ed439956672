/**
 * IPC over a Unix socket between two processes: the pod protocol in both forms, against a bare
 * MessagePack echo with the same codec and batching, and an echo of raw bytes. All contenders take
 * turns in one run, so that a slow minute slows each of them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeMessage } from "../packages/protocol/src/index.ts";
import {
  type Contender,
  connectBareMap,
  connectBarePositional,
  connectPodMap,
  connectPodPositional,
  connectRaw,
} from "./ipc/contenders.ts";
import { requestAsMap, requestByPosition } from "./ipc/message.ts";
import { pinToOneCore } from "./pinning.ts";
import { ratiosOf, showRatio, spreadOf } from "./spread.ts";

const rounds = 9;
const warmUpMessages = 20_000;

interface Load {
  readonly name: string;
  readonly count: number;
  readonly inFlight: number;
}

/** Some 0.3 s a measurement of the slowest. */
const loads: readonly Load[] = [
  { name: "round trips", count: 6_000, inFlight: 1 },
  { name: "64 in flight", count: 24_000, inFlight: 64 },
];

type Rates = ReadonlyMap<string, number[]>;

export async function benchIpc(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "podlane-bench-"));
  const servers: ChildProcess[] = [];
  try {
    for (const kind of ["raw", "bare", "pod"]) servers.push(await startServer(kind, folder));
    const pinning = pinToOneCore([process.pid, ...servers.map(({ pid }) => pid)]);
    const lengthBytes = [requestAsMap(1_000), requestByPosition(1_000)].map(
      (request) => encodeMessage(request).length,
    );
    console.log(`message: ${lengthBytes[0]} bytes as a map, ${lengthBytes[1]} by position`);
    console.log(`${rounds} rounds of all contenders in turn; ${pinning}\n`);
    const contenders = await connectAll(folder);
    for (const contender of contenders) await contender.run(warmUpMessages, 64);
    for (const load of loads) report(load, await measure(contenders, load));
    for (const contender of contenders) contender.close();
  } finally {
    for (const server of servers) server.disconnect();
    rmSync(folder, { recursive: true });
  }
}

async function startServer(kind: string, folder: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL("./ipc/server.ts", import.meta.url));
  const server = fork(program, [kind, join(folder, kind)]);
  await once(server, "message");
  return server;
}

function connectAll(folder: string): Promise<Contender[]> {
  const [raw, bare, pod] = ["raw", "bare", "pod"].map((kind) => join(folder, kind));
  return Promise.all([
    connectRaw(raw ?? "", encodeMessage(requestAsMap(1_000))),
    connectBareMap(bare ?? ""),
    connectPodMap(pod ?? ""),
    connectBarePositional(bare ?? ""),
    connectPodPositional(pod ?? ""),
  ]);
}

/** Messages a second of each contender, one number a round. */
async function measure(contenders: readonly Contender[], load: Load): Promise<Rates> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) {
      const startedMs = performance.now();
      await contender.run(load.count, load.inFlight);
      const seconds = (performance.now() - startedMs) / 1_000;
      rates.get(contender.name)?.push(load.count / seconds);
    }
  }
  return rates;
}

const comparisons = [
  ["pod map", "bare map"],
  ["pod positional", "bare map"],
  ["pod positional", "bare positional"],
  ["pod map", "raw"],
  ["pod positional", "raw"],
  ["bare map", "raw"],
] as const;

function report({ name }: Load, rates: Rates): void {
  console.log(`${name}, median messages a second:`);
  for (const [contender, values] of rates) {
    console.log(`  ${contender.padEnd(16)} ${Math.round(spreadOf(values).median)}`);
  }
  console.log(`${name}, median ratio (least–greatest):`);
  for (const [contender, base] of comparisons) {
    const ratios = ratiosOf(rates.get(contender) ?? [], rates.get(base) ?? []);
    console.log(`  ${`${contender} / ${base}`.padEnd(34)} ${showRatio(spreadOf(ratios))}`);
  }
  console.log("");
}
