/**
 * The end of every step: an idle pod is woken or becomes quiet, and everyone who keeps track of it
 * hears what changed.
 */
import type { Draft } from "./draft.ts";
import { askJoins } from "./joins.ts";
import { considerKick, syncTimers } from "./kicks.ts";
import { recordSilent, writeAhead } from "./lane.ts";
import { kickingSinceMs } from "./notify-buffer.ts";
import { reportChangedResult, reportTransition } from "./reporting.ts";
import type { PodCoreState } from "./state.ts";

export function settle(draft: Draft, before: PodCoreState): void {
  if (draft.state.phase === "idle") askJoins(draft);
  considerKick(draft);
  writeAhead(draft);
  if (hasNothingToDo(draft.state)) {
    recordSilent(draft);
    reportChangedResult(draft);
  }
  reportTransition(draft, before);
  syncTimers(draft, before);
  if (isQuiet(draft.state)) reportQuiet(draft);
}

/** Nothing to do, and everything it said has arrived. */
export function isQuiet(state: PodCoreState): boolean {
  const { outbox, unreported } = state;
  return hasNothingToDo(state) && outbox.ackedSeq === outbox.lastSeq && unreported.length === 0;
}

function hasNothingToDo({ phase, buffer, joins }: PodCoreState): boolean {
  return phase === "idle" && kickingSinceMs(buffer) === null && joins.length === 0;
}

function reportQuiet(draft: Draft): void {
  const { outbox, marks, coordinatorLost, quietReported } = draft.state;
  const said = JSON.stringify([outbox.ackedSeq, marks]);
  if (coordinatorLost || said === quietReported) return;
  draft.set({ quietReported: said });
  draft.ask({ kind: "report_quiet", outboxSeq: outbox.ackedSeq, inbox: marks });
}
