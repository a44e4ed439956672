/**
 * What an event does at its receiver on the control lane: always, first, in every state. Nothing
 * here looks at whether an agent will be told.
 */
import type { PodId, ReceivedPodEvent, ScopeReturned, ScopeSubDelegated } from "@podlane/protocol";
import { setRegistry } from "./children.ts";
import type { Draft } from "./draft.ts";
import { queueJoin } from "./joins.ts";
import { addDescendant, dropChild, put, returnLoan, type ChildEntry } from "./registry.ts";

export function applySideEffects(draft: Draft, event: ReceivedPodEvent): void {
  relay(draft, event);
  const sender = draft.state.registry.get(event.podId);
  if (sender === undefined) return logControl(draft, event, "unknown_sender");
  takeWork(draft, sender, event);
  if (event.generation < sender.generation) return logControl(draft, event, "stale_generation");
  updateRegistry(draft, { ...sender, generation: event.generation }, event);
}

/** Effects that hold whoever sent it. */
function relay(draft: Draft, event: ReceivedPodEvent): void {
  switch (event.kind) {
    case "needs_input":
      return draft.emit({ kind: "needs_input", request: event.request, origin: event.origin });
    case "input_requested":
      return rememberApproval(draft, event.request.id);
    case "unknown":
      return logControl(draft, event, "unknown_kind");
    case "turn_ended":
    case "turn_stopped":
    case "errored":
    case "shut_down":
    case "scope_sub_delegated":
    case "scope_returned":
    case "state_changed":
    // The inbox row is the index of artifacts.
    case "artifact_ready":
      return;
    default:
      return event satisfies never;
  }
}

/** Work is worth joining whichever generation did it; only a direct child's branch forked here. */
function takeWork(draft: Draft, sender: ChildEntry, event: ReceivedPodEvent): void {
  if (event.kind !== "turn_ended" || event.result.commit === null || sender.via !== null) return;
  queueJoin(draft, { child: sender.id, commit: event.result.commit });
}

function updateRegistry(draft: Draft, sender: ChildEntry, event: ReceivedPodEvent): void {
  switch (event.kind) {
    case "turn_ended":
      return save(draft, { ...sender, state: "idle", turnEndedTaken: true });
    case "turn_stopped":
      return save(draft, { ...sender, state: event.outcome === "paused" ? "paused" : "idle" });
    case "errored":
      return save(draft, event.turn === null ? sender : { ...sender, state: "idle" });
    case "state_changed":
      return save(draft, {
        ...sender,
        state: event.state,
        generation: event.nextGeneration ?? sender.generation,
      });
    case "shut_down":
      return bury(draft, sender);
    case "scope_sub_delegated":
      return recordDescendant(draft, sender, event);
    case "scope_returned":
      return undoDescendant(draft, sender, event);
    case "input_requested":
    case "needs_input":
    case "artifact_ready":
    case "unknown":
      return save(draft, sender);
    default:
      return event satisfies never;
  }
}

function save(draft: Draft, entry: ChildEntry): void {
  const known = draft.state.registry.get(entry.id);
  const isSame =
    known?.state === entry.state &&
    known.generation === entry.generation &&
    known.turnEndedTaken === entry.turnEndedTaken;
  if (!isSame) setRegistry(draft, put(draft.state.registry, entry));
}

/** The child is gone: its loan comes home, its children come under this pod, those above know. */
function bury(draft: Draft, child: ChildEntry): void {
  setRegistry(draft, dropChild(draft.state.registry, child.id));
  draft.emit({ kind: "scope_returned", subPod: child.id, scope: child.scope });
}

function recordDescendant(draft: Draft, sender: ChildEntry, event: ScopeSubDelegated): void {
  save(draft, sender);
  const { podId } = draft.state.config;
  if (event.subPod === podId) return;
  const added = addDescendant(draft.state.registry, sender.id, event);
  if (added === null) return;
  setRegistry(draft, added.registry);
  if (!added.isNews) return;
  const { kind, subPod, subName, subSocket, scope } = event;
  draft.emit({ kind, parentPod: podId, subPod, subName, subSocket, scope });
}

function undoDescendant(draft: Draft, sender: ChildEntry, event: ScopeReturned): void {
  save(draft, sender);
  const registry = returnLoan(draft.state.registry, sender.id, event);
  if (registry === null) return;
  setRegistry(draft, registry);
  draft.emit({ kind: "scope_returned", subPod: event.subPod, scope: event.scope });
}

function rememberApproval(draft: Draft, requestId: string): void {
  if (draft.state.approvals.includes(requestId)) return;
  const approvals = [...draft.state.approvals, requestId];
  draft.set({ approvals });
  draft.save({ key: "approvals", value: approvals });
}

type ControlNote = "unknown_kind" | "unknown_sender" | "stale_generation";

function logControl(draft: Draft, event: ReceivedPodEvent, note: ControlNote): void {
  const podId: PodId = event.podId;
  const detail = event.kind === "unknown" ? event.originalKind : event.kind;
  draft.ask({ kind: "log_control", note, podId, seq: event.seq, detail });
}
