/**
 * A pod's session history: the only thing a model is ever shown, in the order it was shown.
 */
import { z } from "zod";
import { Artifact } from "./artifact.ts";
import { ErrorCode } from "./errors.ts";
import { Message, Sender } from "./message.ts";
import { Errored, InputRequested, ShutDown, TurnEnded, TurnStopped } from "./pod-event.ts";
import { Segment } from "./segment.ts";
import { TurnCause, TurnOutcome } from "./turn.ts";

const common = {
  seq: z.int().min(1),
  at: z.int(),
  turn: z.int().min(1).nullable(),
};

export const UserItem = z.object({
  type: z.literal("user"),
  ...common,
  input: z.array(Segment),
  sender: Sender,
});

export const AssistantItem = z.object({
  type: z.literal("assistant"),
  ...common,
  text: z.string(),
});

export const ToolCallItem = z.object({
  type: z.literal("tool_call"),
  ...common,
  callId: z.string(),
  tool: z.string(),
  params: z.unknown(),
});

export const ToolResultItem = z.object({
  type: z.literal("tool_result"),
  ...common,
  callId: z.string(),
  ok: z.boolean(),
  code: ErrorCode.nullable(),
  text: z.string(),
  artifacts: z.array(Artifact).default([]),
  durationMs: z.number().min(0),
});

export const AgentVisibleEvent = z.discriminatedUnion("kind", [
  TurnEnded,
  TurnStopped,
  Errored,
  ShutDown,
  InputRequested,
]);

const notification = { type: z.literal("notification"), ...common, body: z.string() };

export const EventNotificationItem = z.object({
  ...notification,
  cause: z.literal("pod_event"),
  event: AgentVisibleEvent,
  shownInTurn: z.int().min(1).nullable(),
});

export const MessageNotificationItem = z.object({
  ...notification,
  cause: z.literal("message"),
  message: Message.extend({ sender: Sender }),
  shownInTurn: z.int().min(1).nullable(),
});

export const SystemItem = z.object({
  type: z.literal("system"),
  ...common,
  event: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("turn_started"), cause: TurnCause }),
    z.object({ kind: z.literal("turn_closed"), outcome: TurnOutcome, text: z.string() }),
    z.object({ kind: z.literal("restarted"), generation: z.int() }),
  ]),
});

export const HistoryItem = z.union([
  z.discriminatedUnion("type", [UserItem, AssistantItem, ToolCallItem, ToolResultItem, SystemItem]),
  z.discriminatedUnion("cause", [EventNotificationItem, MessageNotificationItem]),
]);
export type HistoryItem = z.infer<typeof HistoryItem>;
export type NotificationItem = Extract<HistoryItem, { type: "notification" }>;

type Unnumbered<I> = I extends unknown ? Omit<I, "seq" | "at"> : never;
/** An item before the session store has numbered it. */
export type NewHistoryItem = Unnumbered<HistoryItem>;
