/**
 * Keeping the registry in step with the session, and telling of own children upward.
 */
import type { Draft } from "./draft.ts";
import { addChild, type NewChild, type Registry } from "./registry.ts";

/** Replaces the registry and writes exactly what changed in it. */
export function setRegistry(draft: Draft, registry: Registry): void {
  const before = draft.state.registry;
  for (const child of registry.values()) {
    if (before.get(child.id) !== child) draft.persist({ kind: "child_saved", child });
  }
  for (const id of before.keys()) {
    if (!registry.has(id)) draft.persist({ kind: "child_dropped", id });
  }
  draft.set({ registry });
}

/** A child of this pod is up: recorded, and told upward unless nothing about it is new. */
export function childReady(draft: Draft, child: NewChild): void {
  const registry = addChild(draft.state.registry, child);
  if (registry === null) return;
  setRegistry(draft, registry);
  draft.emit({
    kind: "scope_sub_delegated",
    parentPod: draft.state.config.podId,
    subPod: child.id,
    subName: child.name,
    subSocket: child.socket,
    scope: child.scope,
  });
}
