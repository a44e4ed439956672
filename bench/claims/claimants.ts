/**
 * Claimants of one key over real sockets: each queues, is told of its grant, releases and queues
 * again. Counts what they ask, how long a hand-off takes, and what was refused.
 */
import {
  type ClaimView,
  coordinatorMethods,
  type CoordinatorMethods,
} from "../../packages/protocol/src/index.ts";
import {
  accepted,
  coordinatorPushMethods,
  type Peer,
  PodId,
} from "../../packages/protocol/src/index.ts";
import { dial, mintToken } from "../../packages/protocol/src/node.ts";
import type { Address, Coordinators } from "../coordinators/start.ts";
import { expectOk } from "../workspace.ts";

export interface Contest {
  readonly requests: number;
  readonly failures: number;
  readonly handOffMs: readonly number[];
  readonly seconds: number;
}

type Link = Peer<CoordinatorMethods>;

/** One key, held and queued for by all claimants for as many hand-offs as are asked for. */
export class Claimants {
  readonly #links: Link[] = [];
  #requests = 0;
  #failures = 0;
  #releasedMs = 0;
  #left = 0;
  #handOffMs: number[] = [];
  #endedMs = 0;
  /** Claims asked for and not released yet. */
  #open = 0;
  #drained: () => void = () => {};

  /** Spread over the coordinators. */
  async connect(coordinators: Coordinators, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      this.#links.push(await this.#dial(coordinators.addressOf(n), n));
    }
  }

  /** Resolves when the queue is empty again; only the first hand-offs count. */
  async run(handOffs: number): Promise<Contest> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    this.#left = handOffs;
    [this.#requests, this.#failures, this.#handOffMs, this.#releasedMs] = [0, 0, [], 0];
    const startedMs = performance.now();
    for (const link of this.#links) void this.#queue(link);
    await promise;
    const seconds = (this.#endedMs - startedMs) / 1_000;
    const [requests, failures, handOffMs] = [this.#requests, this.#failures, this.#handOffMs];
    return { requests, failures, handOffMs, seconds };
  }

  close(): void {
    for (const link of this.#links) link.close();
  }

  async #dial({ socket, key }: Address, n: number): Promise<Link> {
    const podId = PodId.parse(`p${String(n).padStart(8, "0")}`);
    const token = mintToken(key, { role: "pod", podId, generation: 1 });
    const name = `claimant-${n}`;
    const self: { link: Link | null } = { link: null };
    const dialled = await dial({
      socket,
      hello: { role: "pod", podId, generation: 1, name, version: "bench", token },
      calls: coordinatorMethods,
      serves: coordinatorPushMethods,
      handlers: {
        "claim.granted": ({ claim }) => {
          if (self.link !== null) this.#take(self.link, claim);
          return accepted({});
        },
        "claim.lost": () => {
          this.#failures += 1;
          return accepted({});
        },
        "task.lost": () => accepted({}),
      },
    });
    self.link = expectOk(dialled).peer;
    return self.link;
  }

  async #queue(link: Link): Promise<void> {
    this.#requests += 1;
    this.#open += 1;
    const params = { units: ["src/hot.ts"], wait: { deadlineMs: 600_000 } };
    const asked = await link.request("claim.acquire", params);
    if (!asked.ok) this.#failures += 1;
    else if (asked.value.claim.state === "granted") this.#take(link, asked.value.claim);
  }

  #take(link: Link, claim: ClaimView): void {
    const nowMs = performance.now();
    if (this.#left > 0) {
      if (this.#releasedMs > 0) this.#handOffMs.push(nowMs - this.#releasedMs);
      this.#left -= 1;
      this.#requests += 1;
      this.#endedMs = nowMs;
    }
    this.#releasedMs = nowMs;
    void this.#release(link, claim);
    if (this.#left > 0) void this.#queue(link);
  }

  async #release(link: Link, { id, fence }: ClaimView): Promise<void> {
    const released = await link.request("claim.release", { claim: id, fence: fence ?? 0 });
    if (!released.ok) this.#failures += 1;
    this.#open -= 1;
    if (this.#open === 0) this.#drained();
  }
}
