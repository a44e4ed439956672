/**
 * Joining children's work: a child's commit is merged into the own branch between the agent's
 * steps. Asking twice is harmless (the commit is an ancestor by then), forgetting is not.
 */
import type { CommitId, PodId } from "@podlane/protocol";
import type { Draft } from "./draft.ts";
import type { PendingJoin } from "./record.ts";

/** The newest commit of a child replaces an older one that was not joined yet. */
export function queueJoin(draft: Draft, join: PendingJoin): void {
  const others = draft.state.joins.filter(({ child }) => child !== join.child);
  saveJoins(draft, [...others, join]);
}

/** At a safe point: asks for every join that was not asked for yet. */
export function askJoins(draft: Draft): void {
  for (const join of draft.state.joins) {
    if (draft.state.joining.some((asked) => isSame(asked, join))) continue;
    draft.set({ joining: [...draft.state.joining, join] });
    draft.ask({ kind: "join_child", ...join });
  }
}

export function childJoined(
  draft: Draft,
  { child, commit }: { readonly child: PodId; readonly commit: CommitId },
): void {
  const done = { child, commit };
  draft.set({ joining: draft.state.joining.filter((join) => !isSame(join, done)) });
  const left = draft.state.joins.filter((join) => !isSame(join, done));
  if (left.length < draft.state.joins.length) saveJoins(draft, left);
}

function saveJoins(draft: Draft, joins: readonly PendingJoin[]): void {
  draft.set({ joins });
  draft.save({ key: "joins", value: joins });
}

function isSame(one: PendingJoin, other: PendingJoin): boolean {
  return one.child === other.child && one.commit === other.commit;
}
