/**
 * Followers of a pod: its history (agent lane) from a place on and then live, and what happens on
 * its control lane while they listen.
 */
import { accepted, type Call, type HistoryItem, type Lane, type Outcome } from "@podlane/protocol";
import type { Session } from "../session/session.ts";

interface Follower {
  readonly lanes: readonly Lane[];
  readonly publish: (seq: number, data: unknown) => void;
  nextSeq: number;
}

const pageItems = 500;

export class Streams {
  readonly #session: Session;
  readonly #followers = new Set<Follower>();

  constructor(session: Session) {
    this.#session = session;
  }

  open(
    fromSeq: number,
    lanes: readonly Lane[],
    call: Call,
  ): Outcome<{ subscription: number; head: number }> {
    const subscription = call.openSubscription({
      onClose: () => void this.#followers.delete(follower),
    });
    const follower: Follower = {
      lanes,
      nextSeq: fromSeq,
      publish: (seq, data) => subscription.publish(seq, data),
    };
    this.#followers.add(follower);
    if (lanes.includes("agent")) this.#catchUp(follower);
    return accepted({ subscription: subscription.id, head: follower.nextSeq - 1 });
  }

  /** History grew. */
  historyChanged(): void {
    for (const follower of this.#followers) {
      if (follower.lanes.includes("agent")) this.#catchUp(follower);
    }
  }

  /** Something passed on the control lane: shown to people who follow, kept nowhere here. */
  control(seq: number, detail: unknown): void {
    for (const follower of this.#followers) {
      if (follower.lanes.includes("control")) follower.publish(seq, { lane: "control", detail });
    }
  }

  #catchUp(follower: Follower): void {
    for (;;) {
      const page = this.#session.readHistory({
        fromSeq: follower.nextSeq,
        limit: pageItems,
        notificationsOnly: false,
      });
      page.items.forEach((item: HistoryItem) => {
        follower.publish(item.seq, { lane: "agent", item });
        follower.nextSeq = item.seq + 1;
      });
      if (page.nextSeq === null) return;
    }
  }
}
