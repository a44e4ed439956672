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

  /** History grew by these, in order. Who is up to date gets them without a look at the store. */
  historyGrew(items: readonly HistoryItem[]): void {
    const [first] = items;
    if (first === undefined) return;
    for (const follower of this.#followers) {
      if (!follower.lanes.includes("agent")) continue;
      if (follower.nextSeq === first.seq) publish(follower, items);
      else this.#catchUp(follower);
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
      publish(follower, page.items);
      if (page.nextSeq === null) return;
    }
  }
}

function publish(follower: Follower, items: readonly HistoryItem[]): void {
  for (const item of items) {
    follower.publish(item.seq, { lane: "agent", item });
    follower.nextSeq = item.seq + 1;
  }
}
