/** Checks a log of claims on one key: strict order, rising tokens, one holder at a time. */

import type { LoggedEvent } from "../coordinators/read-log.ts";

/** The number of grants; throws at the first that is out of order. */
export async function checkOrder(events: AsyncIterable<LoggedEvent>): Promise<number> {
  const queue: string[] = [];
  let [grants, holder, fence] = [0, "", 0];
  const grant = ({ seq, subject }: LoggedEvent): void => {
    if (holder !== "") throw new Error(`${subject} was granted while ${holder} held the key`);
    if (seq <= fence) throw new Error(`token ${seq} of ${subject} is not above ${fence}`);
    [holder, fence, grants] = [subject, seq, grants + 1];
  };
  for await (const event of events) {
    if (event.kind === "claim.queued") queue.push(event.subject);
    if (event.kind === "claim.acquired") {
      if (queue.length > 0) throw new Error(`${event.subject} passed ${queue.length} waiters`);
      grant(event);
    }
    if (event.kind === "claim.granted") {
      const first = queue.shift();
      if (first !== event.subject) throw new Error(`${event.subject} came before ${first}`);
      grant(event);
    }
    if (event.kind === "claim.ended" && event.subject === holder) holder = "";
  }
  return grants;
}
