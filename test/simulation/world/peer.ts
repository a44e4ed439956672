/**
 * The far end of a connection that a server asks over: of an agent that takes grants, of a host
 * that takes orders.
 */
import { type Outcome, refused } from "@podlane/protocol";
import type { Cluster } from "./cluster.ts";

/** As much of a peer as servers use. */
export interface AskedPeer {
  readonly closed: Promise<unknown>;
  request(method: string, params: unknown): Promise<Outcome<unknown>>;
  close(): void;
}

const deadlineMs = 5_000;

/** `answer` is given each request that arrives; null is no answer at all. */
export function createPeer(
  { world, network }: Cluster,
  answer: (params: unknown, method: string) => Outcome<unknown> | null,
): AskedPeer {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  return {
    closed,
    close,
    request: (method, params) =>
      new Promise((resolve) => {
        world.timeline.after(deadlineMs, () => resolve(refused("timeout", "no answer")));
        network.send(() => {
          const outcome = answer(params, method);
          if (outcome === null || world.faults.happens("deafPeer")) return;
          network.send(() => resolve(outcome));
        });
      }),
  };
}
