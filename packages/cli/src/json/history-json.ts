/** `pod history --json` and `pod inbox --json`: items as stored, instants as text. */
import type { HistoryItem, ReceivedPodEvent } from "@podlane/protocol";
import { z } from "zod";
import { Instant, instant } from "./instant.ts";

/** Fields of its type stand beside these, as in the pod protocol. */
export const HistoryItemJson = z.looseObject({
  seq: z.int(),
  type: z.enum(["user", "assistant", "tool_call", "tool_result", "notification", "system"]),
  at: Instant,
  turn: z.int().nullable(),
});
export type HistoryItemJson = z.infer<typeof HistoryItemJson>;

export const HistoryJson = z.strictObject({
  version: z.literal(1),
  items: z.array(HistoryItemJson),
});
export type HistoryJson = z.infer<typeof HistoryJson>;

export const OperatorInboxJson = z.strictObject({
  version: z.literal(1),
  entries: z.array(
    z.strictObject({
      seq: z.int(),
      at: Instant,
      event: z.looseObject({ kind: z.string(), podId: z.string(), at: Instant }),
    }),
  ),
});
export type OperatorInboxJson = z.infer<typeof OperatorInboxJson>;

export function historyItemJson(item: HistoryItem): HistoryItemJson {
  const dated = { ...item, at: instant(item.at) };
  if (item.type !== "notification" || item.cause !== "pod_event") return dated;
  return { ...dated, event: podEventJson(item.event) };
}

export function podEventJson(event: ReceivedPodEvent) {
  return { ...event, at: instant(event.at) };
}
