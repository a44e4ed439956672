/**
 * A process that can hold claims: it calls, takes the grants that are pushed to it, and remembers
 * what it believes to hold.
 */
import { accepted, type ClaimView, type Outcome, type RegistrationId } from "@podlane/protocol";
import type { Actor } from "../../../packages/coordinator/src/core/event.ts";
import type { PushPeer } from "../../../packages/coordinator/src/shell/grant-push.ts";
import { Caller } from "../world/caller.ts";
import type { Cluster } from "../world/cluster.ts";
import { createPeer } from "../world/peer.ts";
import type { Random } from "../world/random.ts";
import type { Server } from "../world/server.ts";

/** A grant as its holder remembers it. */
export interface Held {
  readonly id: string;
  readonly fence: number;
}

interface Request {
  readonly units: readonly string[];
  readonly ttlMs: number;
  readonly mode?: "exclusive" | "shared";
  readonly wait?: "none" | { readonly deadlineMs: number };
  readonly priority?: number;
  readonly until?: "turn_end" | "release";
}

export class Holder {
  readonly cluster: Cluster;
  readonly random: Random;
  /** What it believes to hold, until it hears otherwise. */
  readonly held = new Map<string, Held>();
  /** Tasks that it believes to work on. */
  readonly tasks = new Map<string, Held>();
  readonly #caller: Caller;
  readonly #registration: RegistrationId;
  #server: Server;

  /** `process` names this life of the actor. */
  constructor(cluster: Cluster, actor: Actor, process: string) {
    this.cluster = cluster;
    this.#registration = actor.id as RegistrationId;
    this.#caller = new Caller(cluster, actor, process);
    this.random = cluster.world.random.fork(`holder ${process}`);
    this.#server = this.#caller.home;
    this.#caller.onMove = (server) => this.#attach(server);
    this.#attach(this.#server);
  }

  get isDead(): boolean {
    return this.#caller.isDead;
  }

  /** Never resolves once it is dead. */
  call(method: string, params: unknown = {}): Promise<Outcome<unknown>> {
    return this.#caller.call(method, params);
  }

  /** Null if it was refused. */
  async acquire(request: Request): Promise<ClaimView | null> {
    const params = { mode: "exclusive", wait: "none", priority: 5, reason: "", ...request };
    const outcome = await this.call("claim.acquire", params);
    if (!outcome.ok) return null;
    const { claim } = outcome.value as { claim: ClaimView };
    this.#remember(claim);
    return claim;
  }

  end(): void {
    this.#server.detachWaiter(this.#registration);
    this.#caller.end();
  }

  #attach(server: Server): void {
    this.#server.detachWaiter(this.#registration);
    this.#server = server;
    const peer = createPeer(this.cluster, (params, method) => {
      if (this.isDead) return null;
      if (method === "task.lost") this.tasks.delete((params as { task: string }).task);
      else if (method === "claim.lost") this.held.delete((params as { claim: string }).claim);
      else this.#remember((params as { claim: ClaimView }).claim);
      return accepted({});
    });
    server.attachWaiter(this.#registration, peer as unknown as PushPeer);
  }

  #remember({ id, fence }: ClaimView): void {
    if (fence !== null) this.held.set(id, { id, fence });
  }
}
