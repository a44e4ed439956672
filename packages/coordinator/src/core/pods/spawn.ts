/**
 * Spawning: a name and a scope are reserved on the log before any process starts.
 */
import {
  accepted,
  checkLend,
  delegateForChild,
  delegateForTopLevel,
  refused,
  validateScope,
} from "@podlane/protocol";
import type { HostId, Outcome, PodId, PodSpec, RunId, Scope } from "@podlane/protocol";
import { handOverClaims } from "../claims/hand-over.ts";
import { accept, refuseWith } from "../decider.ts";
import type { Deciders } from "../decider.ts";
import { Batch, fact, subjectOf } from "../fact.ts";
import { defaultHost } from "../hosts.ts";
import { podIdAt } from "../identity.ts";
import { lendsWrite, scopeOf } from "../scopes.ts";
import type { WorkspaceState } from "../state.ts";
import type { PodEntry } from "./pods-slice.ts";
import { podRecord } from "../views/pod-view.ts";
import { findPod, knownPod } from "./tree.ts";

export const spawnDeciders: Deciders<"pod.spawn"> = {
  "pod.spawn": (state, { parent, spec }, { nextSeq, nearHost }) => {
    const checked = checkSpawn(state, parent, spec);
    if (!checked.ok) return refuseWith(checked.error);
    const batch = new Batch(nextSeq);
    const id = appendSpawn(state, checked.value, batch, nearHost);
    return accept<"pod.spawn">(batch.events, (after) => ({
      pod: podRecord(after, knownPod(after, id)),
    }));
  },
};

/** A spawn that nothing stands against. */
export interface CheckedSpawn {
  readonly parent: PodEntry | null;
  readonly spec: PodSpec;
  /** Canonical, and within what the parent has left. */
  readonly scope: Scope;
}

/**
 * Refuses `conflict` for a name that a living pod has and for a parent that ends, `not_found` for
 * an unknown parent, and what the scope algebra refuses of the loan.
 */
export function checkSpawn(
  state: WorkspaceState,
  parentId: PodId | null,
  spec: PodSpec,
): Outcome<CheckedSpawn> {
  const holder = state.pods.byName.get(spec.name);
  if (holder !== undefined) {
    return refused(
      "conflict",
      `the name ${spec.name} belongs to living pod ${holder}: choose another, or stop it first`,
      { pod: holder },
    );
  }
  if (parentId === null) return checkTopLevel(spec);
  const parent = findPod(state, parentId);
  if (parent === undefined) return refused("not_found", `parent ${parentId} is not known`);
  if (parent.state === "stopping" || parent.exit !== null) {
    return refused("conflict", `parent ${parent.spec.name} is ${parent.state}: it has no children`);
  }
  return checkChild(state, parent, spec);
}

function checkTopLevel(spec: PodSpec): Outcome<CheckedSpawn> {
  const scope = validateScope(spec.scope ?? []);
  if (!scope.ok) return scope;
  const delegate = delegateForTopLevel(spec.delegate);
  if (!delegate.ok) return delegate;
  return accepted({ parent: null, spec, scope: scope.value });
}

function checkChild(state: WorkspaceState, parent: PodEntry, spec: PodSpec): Outcome<CheckedSpawn> {
  const lender = { scope: scopeOf(state, parent), delegate: parent.spec.delegate };
  const scope = checkLend(lender, spec.scope ?? []);
  if (!scope.ok) return scope;
  const delegate = delegateForChild(parent.spec.delegate, spec.delegate);
  if (!delegate.ok) return delegate;
  return accepted({ parent, spec, scope: scope.value });
}

/** Appends the spawn with its loan and the claims that go along; returns the new pod's id. */
export function appendSpawn(
  state: WorkspaceState,
  { parent, spec, scope }: CheckedSpawn,
  batch: Batch,
  nearHost: HostId | undefined,
): PodId {
  const id = podIdAt(batch.nextSeq);
  const subject = subjectOf.pod(id);
  // A child's branch begins in its parent's repository.
  const hostId = parent?.hostId ?? nearHost ?? defaultHost(state);
  const path = pathOf(parent, spec.name, spec.runId);
  const data = { id, parent: parent?.id ?? null, hostId, path, scope, spec };
  batch.add(fact("pod.spawned", subject, data));
  if (parent === null || !lendsWrite(scope)) return id;
  batch.add(fact("scope.lent", subject, { from: parent.id, scope }));
  handOverClaims(state, { from: parent.id, to: id, scope }, batch);
  return id;
}

function pathOf(parent: PodEntry | null, name: string, runId: RunId | null): string {
  const above = parent?.path ?? runId;
  return above === null ? name : `${above}/${name}`;
}
