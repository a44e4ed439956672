/** A peer whose mutations carry command ids; a refusal fails the test, unless it is asked for. */
import { randomUUID } from "node:crypto";
import type { CommandId, MethodTable, Outcome, ParamsOf, Peer, ResultOf } from "@podlane/protocol";

export class Caller<T extends MethodTable> {
  readonly peer: Peer<T>;
  readonly #client = randomUUID();
  #commands = 0;
  #open = true;

  constructor(peer: Peer<T>) {
    this.peer = peer;
    void peer.closed.then(() => {
      this.#open = false;
    });
  }

  get open(): boolean {
    return this.#open;
  }

  nextCommandId(): CommandId {
    this.#commands += 1;
    return { client: this.#client, n: this.#commands };
  }

  ask<M extends keyof T & string>(
    method: M,
    params: ParamsOf<T, M>,
    commandId = this.nextCommandId(),
  ): Promise<Outcome<ResultOf<T, M>>> {
    return this.peer.request(method, params, { commandId });
  }

  async call<M extends keyof T & string>(
    method: M,
    params: ParamsOf<T, M>,
    commandId = this.nextCommandId(),
  ): Promise<ResultOf<T, M>> {
    const outcome = await this.ask(method, params, commandId);
    if (outcome.ok) return outcome.value;
    throw new Error(`${method}: ${outcome.error.code}: ${outcome.error.message}`);
  }
}
