/**
 * A peer whose mutations carry command ids, and whose answers are values or the end of the command.
 */
import { randomBytes } from "node:crypto";
import type { CommandId, MethodTable, Outcome, ParamsOf, Peer, ResultOf } from "@podlane/protocol";
import { expectOk } from "./failure.ts";

export interface AskOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly commandId?: CommandId;
}

export class Client<T extends MethodTable> {
  readonly peer: Peer<T>;
  readonly #name = `cli-${randomBytes(9).toString("base64url")}`;
  #commands = 0;

  constructor(peer: Peer<T>) {
    this.peer = peer;
  }

  nextCommandId(): CommandId {
    this.#commands += 1;
    return { client: this.#name, n: this.#commands };
  }

  ask<M extends keyof T & string>(
    method: M,
    params: ParamsOf<T, M>,
    options: AskOptions = {},
  ): Promise<Outcome<ResultOf<T, M>>> {
    return this.peer.request(method, params, { commandId: this.nextCommandId(), ...options });
  }

  async call<M extends keyof T & string>(
    method: M,
    params: ParamsOf<T, M>,
    options: AskOptions = {},
  ): Promise<ResultOf<T, M>> {
    return expectOk(await this.ask(method, params, options));
  }

  close(): void {
    this.peer.close();
  }
}
