/**
 * Messages from parent, person or child: into the agent lane, with a receipt for the sender.
 */
import type { Receipt } from "@podlane/protocol";
import type { Draft } from "./draft.ts";
import type { MethodInput } from "./input.ts";
import { buffer } from "./lane.ts";
import type { MessageEntry } from "./notify-buffer.ts";
import { renderMessage } from "./render.ts";

type MessageCall = Extract<MethodInput, { method: "notify" | "steer" }>;

export function takeMessage(
  draft: Draft,
  input: MessageCall,
  options: { readonly kicks: boolean; readonly urgent: boolean },
): void {
  const { commandId, requestId } = input;
  if (commandId === null) {
    const why = `${input.method} needs a commandId: its receipt is kept under it`;
    return draft.refuse(requestId, "invalid_request", why);
  }
  const written = write(draft, input);
  const entry: MessageEntry = {
    type: "message",
    commandId,
    ...written,
    ...options,
    inHistory: false,
  };
  if (!buffer(draft, entry)) {
    return draft.refuse(requestId, "busy", "the pod's inbox is full: try again later");
  }
  const at = draft.nowMs;
  const receipt: Receipt = { commandId, state: "queued", turn: null, reason: null, at };
  draft.persist({ kind: "message_accepted", entry, receipt });
  draft.ask({ kind: "receipt_changed", receipt });
  draft.answer({ requestId, commandId }, receipt);
}

function write(
  draft: Draft,
  { params, sender, boundary }: MessageCall,
): Pick<MessageEntry, "message" | "sender" | "body" | "acceptedAtMs"> {
  const { message } = params;
  const fromBelow = sender.podId !== undefined && draft.state.registry.has(sender.podId);
  const body = renderMessage(message, sender, { boundary, fromBelow });
  return { message, sender, body, acceptedAtMs: draft.nowMs };
}
