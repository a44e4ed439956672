/**
 * Leaving for good: what still waits is accounted for, then the process may go.
 */
import type { ShutDownCause } from "@podlane/protocol";
import type { Draft } from "./draft.ts";
import { giveUpMessages } from "./lane.ts";

/** Events that wait stay in the inbox for whoever adopts; messages have nobody else. */
export function leave(draft: Draft): void {
  if (draft.state.hasLeft) return;
  draft.set({ hasLeft: true });
  const cause: ShutDownCause = draft.state.exitCause ?? "requested";
  giveUpMessages(draft, "the pod was shut down before a turn could take the message");
  draft.ask({ kind: "clear_timer", name: "shutdown" });
  draft.ask({ kind: "exit", cause });
}
