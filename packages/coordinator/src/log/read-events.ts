/**
 * Reading single events out of a log whose records are batches.
 */
import type { LogEvent } from "../core/event.ts";
import type { Log, ReadRange } from "./log.ts";

/** At most `limit` events from `fromSeq` on; fewer only at the end of the log. */
export async function readEvents(log: Log, range: ReadRange): Promise<readonly LogEvent[]> {
  const events: LogEvent[] = [];
  while (events.length < range.limit) {
    const fromSeq = range.fromSeq + events.length;
    const limit = range.limit - events.length;
    const batches = await log.read({ fromSeq, limit });
    if (batches.length === 0) break;
    for (const batch of batches) {
      for (const event of batch.events) {
        if (event.seq >= fromSeq && events.length < range.limit) events.push(event);
      }
    }
  }
  return events;
}
