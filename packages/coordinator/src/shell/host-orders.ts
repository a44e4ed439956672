/**
 * Sends each attached host the orders the log wants of it. Level-triggered: after every flush the
 * wanted orders are compared with those this connection has taken on, so a host that comes back
 * gets again whatever is still wanted, and nothing twice.
 */
import type { HostId, HostOrderMethods, Peer } from "@podlane/protocol";
import type { HostOrder } from "../core/effects.ts";

export type HostPeer = Peer<HostOrderMethods>;

interface AttachedHost {
  readonly peer: HostPeer;
  /** Keys of the orders that this connection has been sent and has not refused. */
  readonly sent: Set<string>;
}

export interface HostOrdersOptions<State> {
  wanted(state: State, host: HostId): readonly HostOrder[];
  onRefused(order: HostOrder, message: string): void;
}

export class HostOrders<State> {
  readonly #hosts = new Map<HostId, AttachedHost>();
  readonly #options: HostOrdersOptions<State>;

  constructor(options: HostOrdersOptions<State>) {
    this.#options = options;
  }

  /** A second connection of the same host replaces the first. */
  attach(host: HostId, peer: HostPeer): void {
    const attached = { peer, sent: new Set<string>() };
    this.#hosts.set(host, attached);
    void peer.closed.then(() => {
      if (this.#hosts.get(host) === attached) this.#hosts.delete(host);
    });
  }

  /** The host beside this replica, once it is attached. */
  get attached(): HostId | undefined {
    return this.#hosts.keys().next().value;
  }

  /** To be called with the state after every flush, tick and attachment. */
  dispatch(state: State): void {
    for (const [host, attached] of this.#hosts) {
      const wanted = this.#options.wanted(state, host);
      const keys = new Set(wanted.map((order) => order.key));
      for (const key of attached.sent) if (!keys.has(key)) attached.sent.delete(key);
      for (const order of wanted) {
        if (attached.sent.has(order.key)) continue;
        attached.sent.add(order.key);
        void this.#send(attached, order);
      }
    }
  }

  async #send(attached: AttachedHost, order: HostOrder): Promise<void> {
    const outcome = await attached.peer.request(order.method, order.params);
    if (outcome.ok) return;
    attached.sent.delete(order.key);
    this.#options.onRefused(order, outcome.error.message);
  }
}
