/** One line of `pod logs --json`: a piece of output, or an entry of a lane. */
import { z } from "zod";
import { HistoryItemJson } from "./history-json.ts";
import { Instant } from "./instant.ts";
import { LogEventJson } from "./log-event-json.ts";

const pod = z.string();

export const LogsJson = z.union([
  /** As it was printed, cut anywhere but inside a character. */
  z.strictObject({ pod, output: z.string() }),
  /** Of `--lane agent`. */
  z.strictObject({ pod, item: HistoryItemJson }),
  /** Of `--lane control`: what the log says of the pod. */
  z.strictObject({ pod, event: LogEventJson }),
  /** Of `--lane control`: what passes the pod from its descendants, while it is followed. */
  z.strictObject({ pod, below: z.looseObject({ kind: z.string(), at: Instant }) }),
]);
export type LogsJson = z.infer<typeof LogsJson>;
