/**
 * The stream of activity events. Redaction happens at the server: a reader gets no more than it
 * asked for, and not more than its credential allows (`denied`).
 */
import { z } from "zod";
import { ActivityEvent, RedactionLevel } from "../activity-event.ts";
import { query } from "../method.ts";
import { pageLimit } from "./page.ts";

const redaction = RedactionLevel.default("hashed");

export const activityMethods = {
  /** Oldest first, from the log entry `from` on. */
  "activity.read": query(
    z.object({ from: z.int().min(1).default(1), limit: pageLimit, redaction }),
    z.object({ events: z.array(ActivityEvent), next: z.int().nullable() }),
  ),
  /** Events from `from` on, then live. Data is an `ActivityEvent`. */
  "activity.watch": query(
    z.object({ from: z.int().min(1).optional(), redaction }),
    z.object({ subscription: z.int(), head: z.int() }),
  ),
} as const;
