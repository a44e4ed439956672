/**
 * Messages between parent, child and person, and the receipt that says what became of one.
 */
import { z } from "zod";
import { CommandId, Name, PodId } from "./ids.ts";
import { maxMessageBytes } from "./limits.ts";

export const Message = z.object({
  text: z.string().min(1).max(maxMessageBytes),
});
export type Message = z.infer<typeof Message>;

export const Sender = z.object({
  role: z.enum(["operator", "pod", "agent", "client"]),
  podId: PodId.optional(),
  name: z.union([Name, z.string().max(128)]),
});
export type Sender = z.infer<typeof Sender>;

export const ReceiptState = z.enum(["accepted", "queued", "shown", "refused", "expired", "dead"]);
export type ReceiptState = z.infer<typeof ReceiptState>;

/** `accepted → queued → shown {turn}`, or `refused | expired | dead {reason}`. */
export const Receipt = z.object({
  commandId: CommandId,
  state: ReceiptState,
  turn: z.int().min(1).nullable().default(null),
  reason: z.string().max(1_024).nullable().default(null),
  at: z.int(),
});
export type Receipt = z.infer<typeof Receipt>;
