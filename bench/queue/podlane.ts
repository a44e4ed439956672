/**
 * Podlane's queue as its workers use it: a connection a worker, one claim and one completion at a
 * time, every command with its id, each answer after the flush.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CoordinatorMethods,
  coordinatorMethods,
  type Outcome,
  type Peer,
} from "../../packages/protocol/src/index.ts";
import { dial, mintToken } from "../../packages/protocol/src/node.ts";
import type { Drained, QueueContender } from "./contender.ts";
import { benchKey } from "./key.ts";

/** Submissions in flight while the queue is filled. */
const fillWidth = 500;

type Client = Peer<CoordinatorMethods>;

export async function startPodlane(folder: string, maxWorkers: number): Promise<QueueContender> {
  const program = fileURLToPath(new URL("server.ts", import.meta.url));
  const server = fork(program, [join(folder, "podlane")]);
  await once(server, "message");
  const clients: Client[] = [];
  for (let n = 0; n < maxWorkers; n += 1) clients.push(await connect(folder, n));
  return new PodlaneQueue(server, clients);
}

async function connect(folder: string, n: number): Promise<Client> {
  const token = mintToken(benchKey, { role: "client" });
  const hello = { role: "client", token, name: `w${n}`, version: "0" } as const;
  const socket = join(folder, "podlane", "s");
  const calls = coordinatorMethods;
  return must(await dial({ socket, hello, calls, serves: {}, handlers: {} })).peer;
}

class PodlaneQueue implements QueueContender {
  readonly name = "podlane";
  readonly #server: ChildProcess;
  readonly #clients: readonly Client[];
  #commands = 0;

  constructor(server: ChildProcess, clients: readonly Client[]) {
    this.#server = server;
    this.#clients = clients;
  }

  async fill(count: number): Promise<void> {
    const [client] = this.#clients;
    if (client === undefined) throw new Error("there is no connection");
    let left = count;
    const submit = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const params = { taskType: "noop", description: "nothing", inputData: { n: left } };
        must(await client.request("task.submit", params, { commandId: this.#next("fill") }));
      }
    };
    await Promise.all(Array.from({ length: fillWidth }, submit));
  }

  async drain(count: number, workers: number): Promise<Drained> {
    const worked: string[] = [];
    let left = count;
    const work = async (client: Client, n: number): Promise<void> => {
      while (left > 0) {
        left -= 1;
        worked.push(await this.#workOnce(client, `w${n}`));
      }
    };
    const startedMs = performance.now();
    await Promise.all(this.#clients.slice(0, workers).map(work));
    return { seconds: (performance.now() - startedMs) / 1_000, worked };
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    const ended = once(this.#server, "exit");
    this.#server.disconnect();
    await ended;
  }

  async #workOnce(client: Client, name: string): Promise<string> {
    const claim = { taskTypes: ["noop"] };
    const claimed = must(
      await client.request("task.claim", claim, { commandId: this.#next(name) }),
    );
    if (claimed.task === null || claimed.fence === null) throw new Error("the queue ran dry");
    const { task, fence } = claimed;
    const ending = { task: task.id, success: true, fence };
    const commandId = this.#next(name);
    const { status } = must(await client.request("task.complete", ending, { commandId }));
    if (status !== "completed") throw new Error(`${task.id} is ${status}`);
    return task.id;
  }

  #next(client: string) {
    this.#commands += 1;
    return { client, n: this.#commands };
  }
}

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}
