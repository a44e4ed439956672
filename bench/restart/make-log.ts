/**
 * A long log made by the rules themselves: what 64 clients would have sent, given to a replica
 * without sockets between. Nine pairs of claim and release to one task submitted, claimed, done.
 */
import type { Actor } from "../../packages/coordinator/src/core/event.ts";
import { workspaceRules } from "../../packages/coordinator/src/core/workspace-rules.ts";
import { KeptHead } from "../../packages/coordinator/src/log/kept-head.ts";
import { SqliteLog } from "../../packages/coordinator/src/log/sqlite-log.ts";
import { openReplica } from "../../packages/coordinator/src/shell/replica.ts";
import {
  coordinatorMethods,
  type CoordinatorMethods,
  type Outcome,
  type ParamsOf,
  type ResultOf,
} from "../../packages/protocol/src/index.ts";
import type { StateLayout } from "../../packages/protocol/src/node.ts";
import { expectOk } from "../workspace.ts";

/** Named w0, w1, …, each with the answers to its last commands kept. */
export const clients = 64;
const pairsATask = 9;

export interface LogSize {
  readonly workspaceId: string;
  /** At least so many. */
  readonly events: number;
}

/** Answers how many events the log holds. */
export async function makeLog(layout: StateLayout, { workspaceId, events }: LogSize) {
  const sqlite = SqliteLog.open(layout.log, { workspaceId });
  const log = await KeptHead.over(sqlite, layout.logHead);
  const faults: unknown[] = [];
  const replica = await openReplica({
    log,
    rules: workspaceRules,
    clock: { nowMs: Date.now },
    soleWriter: true,
    onFault: (fault) => faults.push(fault),
  });
  const submit = (command: Parameters<typeof replica.submit>[0]) => replica.submit(command);
  const work = async (client: Client): Promise<void> => {
    for (let n = 0; replica.head().seq < events; n += 1) {
      if (n % (pairsATask + 1) === pairsATask) await client.task();
      else await client.pair(n);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => work(new Client(`w${n}`, submit))));
  await replica.close();
  await log.close();
  if (faults.length > 0) throw faults[0];
  return replica.head().seq;
}

type Submit = (command: {
  method: string;
  params: unknown;
  actor: Actor;
  commandId: { client: string; n: number };
}) => Promise<Outcome<unknown>>;

class Client {
  readonly #name: string;
  readonly #submit: Submit;
  #commands = 0;

  constructor(name: string, submit: Submit) {
    this.#name = name;
    this.#submit = submit;
  }

  async pair(n: number): Promise<void> {
    const units = [`src/${this.#name}/f${n % 1_000}.ts`];
    const { claim } = await this.#ask("claim.acquire", { units });
    await this.#ask("claim.release", { claim: claim.id, fence: claim.fence ?? 0 });
  }

  async task(): Promise<void> {
    await this.#ask("task.submit", { taskType: "noop", description: "nothing" });
    const { task, fence } = await this.#ask("task.claim", { taskTypes: ["noop"] });
    if (task === null || fence === null) throw new Error("another took the task");
    await this.#ask("task.complete", { task: task.id, success: true, fence });
  }

  /** Checked and defaulted as at the server's edge. */
  async #ask<M extends keyof CoordinatorMethods>(
    method: M,
    params: ParamsOf<CoordinatorMethods, M>,
  ): Promise<ResultOf<CoordinatorMethods, M>> {
    this.#commands += 1;
    const outcome = await this.#submit({
      method,
      params: coordinatorMethods[method].params.parse(params),
      actor: { role: "client", id: this.#name },
      commandId: { client: this.#name, n: this.#commands },
    });
    return expectOk(outcome) as ResultOf<CoordinatorMethods, M>;
  }
}
