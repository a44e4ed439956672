/**
 * Tells a registration over its own connections what only it must know: that it was granted what it
 * waited for, or has lost what it worked on. The response to a grant is the acceptance; a grant
 * that nobody accepts in time lapses by log time, in the core.
 */
import type {
  ClaimEnd,
  ClaimId,
  ClaimView,
  coordinatorPushMethods,
  Peer,
  RegistrationId,
} from "@podlane/protocol";
import type { LostTask } from "../core/tasks/lost.ts";

export type PushPeer = Peer<typeof coordinatorPushMethods>;

export class GrantPush {
  readonly #peers = new Map<RegistrationId, Set<PushPeer>>();
  readonly #accept: (claim: ClaimId, fence: number) => void;

  constructor(accept: (claim: ClaimId, fence: number) => void) {
    this.#accept = accept;
  }

  attach(registration: RegistrationId, peer: PushPeer): void {
    const peers = this.#peers.get(registration) ?? new Set();
    this.#peers.set(registration, peers.add(peer));
    void peer.closed.then(() => {
      peers.delete(peer);
      if (peers.size === 0) this.#peers.delete(registration);
    });
  }

  /** To be called with each claim that a flush granted to a waiter. */
  push(claim: ClaimView): void {
    for (const peer of this.#peers.get(claim.holder) ?? []) void this.#offer(peer, claim);
  }

  /** To be called with each task that a flush took from its worker. */
  tellTaskLost({ holder, notice }: LostTask): void {
    for (const peer of this.#peers.get(holder) ?? []) void peer.request("task.lost", notice);
  }

  /** To be called with each claim that a flush ended without its holder having asked. */
  tellLost(holder: RegistrationId, lost: { claim: ClaimId; how: ClaimEnd }): void {
    for (const peer of this.#peers.get(holder) ?? []) void peer.request("claim.lost", lost);
  }

  async #offer(peer: PushPeer, claim: ClaimView): Promise<void> {
    const outcome = await peer.request("claim.granted", { claim });
    if (outcome.ok && claim.fence !== null) this.#accept(claim.id, claim.fence);
  }
}
