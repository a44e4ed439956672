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
    const found = batches.flatMap((batch) => batch.events.filter(({ seq }) => seq >= fromSeq));
    events.push(...found.slice(0, limit));
  }
  return events;
}
