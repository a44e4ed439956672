/**
 * Connections from a pod to other pods, one a socket, opened when first used and again when lost.
 */
import {
  type HelloInput,
  type Outcome,
  type ParamsOf,
  type Peer,
  podMethods,
  type PodMethods,
  type ResultOf,
} from "@podlane/protocol";
import { dial } from "@podlane/protocol/node";

export class PodDialer {
  readonly #hello: HelloInput;
  readonly #open = new Map<string, Promise<Outcome<Peer<PodMethods>>>>();

  constructor(hello: HelloInput) {
    this.#hello = hello;
  }

  async request<M extends keyof PodMethods>(
    socket: string,
    method: M,
    params: ParamsOf<PodMethods, M>,
    options: Parameters<Peer<PodMethods>["request"]>[2] = {},
  ): Promise<Outcome<ResultOf<PodMethods, M>>> {
    const peer = await this.#connect(socket);
    return peer.ok ? peer.value.request(method, params, options) : peer;
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const outcome of await Promise.all(open)) if (outcome.ok) outcome.value.close();
  }

  #connect(socket: string): Promise<Outcome<Peer<PodMethods>>> {
    const known = this.#open.get(socket);
    if (known !== undefined) return known;
    const opening = this.#dial(socket);
    this.#open.set(socket, opening);
    return opening;
  }

  async #dial(socket: string): Promise<Outcome<Peer<PodMethods>>> {
    const options = { socket, hello: this.#hello, calls: podMethods, serves: {}, handlers: {} };
    const outcome = await dial(options);
    if (!outcome.ok) {
      this.#open.delete(socket);
      return outcome;
    }
    const { peer } = outcome.value;
    void peer.closed.then(() => this.#open.delete(socket));
    return { ok: true, value: peer };
  }
}
