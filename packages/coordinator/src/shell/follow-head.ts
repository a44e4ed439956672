/**
 * Keeps a replica near the log's head though nobody asks it anything: what other replicas append
 * may be a grant for a waiter of ours or an order for our host. Polling is what can be relied on;
 * hints only make it sooner.
 */
import { pollEveryMs } from "../limits.ts";
import type { Replica } from "./replica.ts";

type Follower = Pick<Replica<never>, "catchUp" | "head">;

/** Returns what ends it. */
export function followHead(
  replica: Follower,
  onHint?: (hint: (seq: number) => void) => () => void,
): () => void {
  let following = false;
  let again = false;
  const follow = (): void => {
    // The one under way may have read the head before what we are told of now.
    again = following;
    if (following) return;
    following = true;
    void replica.catchUp().then(() => {
      following = false;
      if (again) follow();
    });
  };
  const stopHints = onHint?.((seq) => {
    if (seq > replica.head().seq) follow();
  });
  const timer = setInterval(follow, pollEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    stopHints?.();
  };
}
