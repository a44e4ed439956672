/** One valid item of every type, cause and system event of a session history. */
import type { z } from "zod";
import type { HistoryItem } from "../../../packages/protocol/src/index.ts";
import { podEventSamples } from "./pod-events.ts";
import { artifact, atMs } from "./values.ts";

type Item = z.input<typeof HistoryItem>;

const common = { seq: 1, at: atMs, turn: 1 };

export const historySamples = {
  user: {
    type: "user",
    ...common,
    input: [{ type: "text", text: "Fix the parser" }],
    sender: { role: "operator", name: "Ada Lovelace" },
  },
  assistant: { type: "assistant", ...common, text: "I will." },
  tool_call: {
    type: "tool_call",
    ...common,
    callId: "t1",
    tool: "read_file",
    params: { path: "src/parser.ts" },
  },
  tool_result: {
    type: "tool_result",
    ...common,
    callId: "t1",
    ok: false,
    code: "out_of_scope",
    text: "keys is not yours",
    artifacts: [artifact],
    durationMs: 1.5,
  },
  "notification of a pod_event": {
    type: "notification",
    ...common,
    body: "worker finished turn 1",
    cause: "pod_event",
    event: podEventSamples.turn_ended,
    shownInTurn: null,
  },
  "notification of a message": {
    type: "notification",
    ...common,
    body: "A message of worker",
    cause: "message",
    message: { text: "Ready?", sender: { role: "pod", name: "worker" } },
    shownInTurn: 2,
  },
  "system turn_started": {
    type: "system",
    ...common,
    event: { kind: "turn_started", cause: "notification" },
  },
  "system turn_closed": {
    type: "system",
    ...common,
    event: { kind: "turn_closed", outcome: "cancelled", text: "Cancelled by the operator" },
  },
  "system restarted": {
    type: "system",
    ...common,
    turn: null,
    event: { kind: "restarted", generation: 2 },
  },
} as const satisfies Readonly<Record<string, Item>>;
