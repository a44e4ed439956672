/**
 * The one path by which an event of a child comes in: accepted or not, side effects, and only then
 * the agent lane.
 */
import { shouldNotifyAgent } from "@podlane/protocol";
import type { ErrorCode, PodId, ReceivedPodEvent } from "@podlane/protocol";
import type { Draft } from "./draft.ts";
import type { PodEventInput } from "./input.ts";
import { buffer } from "./lane.ts";
import { push, takeEvent, type EventEntry } from "./notify-buffer.ts";
import { renderEvent } from "./render.ts";
import { applySideEffects } from "./side-effects.ts";

export function receiveEvent(draft: Draft, input: PodEventInput): void {
  const { event, requestId } = input;
  const asker = { requestId, commandId: null };
  if (input.duplicate) return draft.answer(asker, { seq: event.seq });
  const entry = entryFor(draft, input);
  const refusal = whyNotAccepted(draft, event, entry);
  if (refusal !== null) return hold(draft, input, refusal);
  accept(draft, event, entry);
  applySideEffects(draft, event);
  if (entry !== null) buffer(draft, entry);
  draft.answer(asker, { seq: event.seq });
}

/** A waiting call took these events as its own result; those not waiting here are ignored. */
export function consumeEvents(
  draft: Draft,
  events: readonly { readonly podId: PodId; readonly seq: number }[],
): void {
  for (const { podId, seq } of events) {
    const left = takeEvent(draft.state.buffer, podId, seq);
    if (left === null) continue;
    draft.set({ buffer: left });
    draft.persist({ kind: "event_consumed", podId, seq });
  }
}

/** What would enter the agent lane; null on the control lane. */
function entryFor(draft: Draft, { event, boundary }: PodEventInput): EventEntry | null {
  if (!shouldNotifyAgent(event)) return null;
  return {
    type: "pod_event",
    event,
    body: renderEvent(event, boundary),
    acceptedAtMs: draft.nowMs,
    kicks: !isOrderlyEnd(draft, event),
    inHistory: false,
  };
}

/** The end of a child that was asked for, or came after its result: nothing to wake anyone for. */
function isOrderlyEnd(draft: Draft, event: ReceivedPodEvent): boolean {
  if (event.kind !== "shut_down") return false;
  if (event.cause !== "finished" && event.cause !== "requested") return false;
  return draft.state.registry.get(event.podId)?.turnEndedTaken ?? false;
}

function whyNotAccepted(
  draft: Draft,
  event: ReceivedPodEvent,
  entry: EventEntry | null,
): ErrorCode | null {
  const { phase, held, buffer: waiting } = draft.state;
  const heldSeq = held[event.podId];
  const isBehindHeld = heldSeq !== undefined && event.seq > heldSeq;
  if (entry === null && !isBehindHeld) return null;
  if (phase === "stopping") return "unavailable";
  if (entry === null || isBehindHeld) return "busy";
  return push(waiting, entry) === null ? "busy" : null;
}

/** Not accepted, so not acknowledged: the child keeps it, and what follows it waits behind it. */
function hold(draft: Draft, { event, requestId }: PodEventInput, code: ErrorCode): void {
  const { held } = draft.state;
  const seq = Math.min(held[event.podId] ?? event.seq, event.seq);
  draft.set({ held: { ...held, [event.podId]: seq } });
  const why =
    code === "unavailable"
      ? "the pod is stopping: whoever adopts its children will take the event"
      : "the pod's inbox is full: keep the event and try again";
  draft.refuse(requestId, code, why);
}

function accept(draft: Draft, event: ReceivedPodEvent, entry: EventEntry | null): void {
  const { marks, held } = draft.state;
  const { [event.podId]: heldSeq, ...others } = held;
  if (heldSeq === event.seq) draft.set({ held: others });
  draft.set({ marks: { ...marks, [event.podId]: Math.max(marks[event.podId] ?? 0, event.seq) } });
  const notification = entry === null ? null : { body: entry.body, kicks: entry.kicks };
  draft.persist({ kind: "event_accepted", event, notification });
}
