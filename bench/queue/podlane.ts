/**
 * Podlane's queue as its workers use it: a connection a worker, one claim and one completion at a
 * time, every command with its id, each answer after the flush.
 */
import type { CoordinatorMethods, Outcome, Peer } from "../../packages/protocol/src/index.ts";
import {
  type Coordinators,
  type CoordinatorPlace,
  startCoordinators,
} from "../coordinators/start.ts";
import { expectOk } from "../workspace.ts";
import type { Drained, QueueContender } from "./contender.ts";

/** Submissions in flight while the queue is filled. */
const fillWidth = 500;

type Client = Peer<CoordinatorMethods>;

export async function startPodlane(
  name: string,
  place: CoordinatorPlace,
  maxWorkers: number,
): Promise<QueueContender> {
  const coordinators = await startCoordinators(place);
  const clients: Client[] = [];
  for (let n = 0; n < maxWorkers; n += 1) clients.push(await coordinators.connect(n));
  return new PodlaneQueue(name, coordinators, clients);
}

class PodlaneQueue implements QueueContender {
  readonly name: string;
  readonly #coordinators: Coordinators;
  readonly #clients: readonly Client[];
  #commands = 0;
  /** Answers of `busy`: a coordinator lost too often against the others. */
  #busy = 0;

  constructor(name: string, coordinators: Coordinators, clients: readonly Client[]) {
    this.name = name;
    this.#coordinators = coordinators;
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
        expectOk(await client.request("task.submit", params, { commandId: this.#next("fill") }));
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
    if (this.#busy > 0) console.log(`${this.name}: ${this.#busy} times busy, and asked again`);
    for (const client of this.#clients) client.close();
    await this.#coordinators.close();
  }

  async #workOnce(client: Client, name: string): Promise<string> {
    const claim = { taskTypes: ["noop"] };
    const claiming = { commandId: this.#next(name) };
    const claimed = await this.#patiently(() => client.request("task.claim", claim, claiming));
    if (claimed.task === null || claimed.fence === null) throw new Error("the queue ran dry");
    const { task, fence } = claimed;
    const ending = { task: task.id, success: true, fence };
    const completing = { commandId: this.#next(name) };
    const { status } = await this.#patiently(() =>
      client.request("task.complete", ending, completing),
    );
    if (status !== "completed") throw new Error(`${task.id} is ${status}`);
    return task.id;
  }

  /** As a pod does: what is answered `busy` is asked again under the same id. */
  async #patiently<T>(ask: () => Promise<Outcome<T>>): Promise<T> {
    for (;;) {
      const outcome = await ask();
      if (outcome.ok || outcome.error.code !== "busy") return expectOk(outcome);
      this.#busy += 1;
    }
  }

  #next(client: string) {
    this.#commands += 1;
    return { client, n: this.#commands };
  }
}
