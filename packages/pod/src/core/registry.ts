/**
 * Whom a pod has beneath it: its children, and through them their descendants. It mirrors what the
 * log decided about scopes, so that each ancestor can manage its descendants directly.
 */
import type {
  Generation,
  Name,
  PodId,
  PodState,
  Scope,
  ScopeRule,
  ScopeSubDelegated,
} from "@podlane/protocol";

export interface ChildEntry {
  readonly id: PodId;
  readonly name: Name;
  /** The direct child it is reached through; null: it is a direct child. */
  readonly via: PodId | null;
  /** It became a direct child because the pod between died; its real place may still be told. */
  readonly adopted: boolean;
  readonly state: PodState;
  readonly socket: string | null;
  readonly scope: Scope;
  readonly generation: Generation;
  /** One of its `turn_ended` was taken in: its orderly `shut_down` then wakes nobody. */
  readonly turnEndedTaken: boolean;
}

export type Registry = ReadonlyMap<PodId, ChildEntry>;

/** What is told of a pod beneath; everything else about it starts out unknown. */
export type NewChild = Pick<ChildEntry, "id" | "name" | "generation" | "socket" | "scope">;

export function put(registry: Registry, entry: ChildEntry): Registry {
  return new Map(registry).set(entry.id, entry);
}

/** A direct child, or null when it is known exactly so already. */
export function addChild(registry: Registry, child: NewChild): Registry | null {
  const known = registry.get(child.id);
  const entry: ChildEntry = { ...fresh, ...known, ...child, via: null, adopted: false };
  if (known !== undefined && isSame(known, entry)) return null;
  return put(registry, { ...entry, state: "idle" });
}

/** A pod beneath the child `via`; `isNews`: those above have not been told of it as it is now. */
export function addDescendant(
  registry: Registry,
  via: PodId,
  event: Pick<ScopeSubDelegated, "subPod" | "subName" | "subSocket" | "scope">,
): { readonly registry: Registry; readonly isNews: boolean } | null {
  const known = registry.get(event.subPod);
  if (known?.via === null && !known.adopted) return null;
  const entry: ChildEntry = {
    ...fresh,
    ...known,
    id: event.subPod,
    name: event.subName,
    socket: event.subSocket,
    scope: event.scope,
    via,
    adopted: false,
  };
  if (known !== undefined && isSame(known, entry)) return null;
  const isNews = known === undefined || !isSame({ ...known, via }, entry);
  return { registry: put(registry, entry), isNews };
}

/**
 * The undo of a loan below `via`: the rules leave the entry, and with the last of them the entry
 * leaves the registry. Null when there is nothing to undo.
 */
export function returnLoan(
  registry: Registry,
  via: PodId,
  event: { readonly subPod: PodId; readonly scope: Scope },
): Registry | null {
  const entry = registry.get(event.subPod);
  if (entry === undefined || entry.via !== via) return null;
  const back = new Set(event.scope.map(ruleKey));
  const scope = entry.scope.filter((rule) => !back.has(ruleKey(rule)));
  return scope.length > 0 ? put(registry, { ...entry, scope }) : without(registry, entry.id);
}

/** Drops a dead child; what lived beneath it comes directly under this pod. */
export function dropChild(registry: Registry, id: PodId): Registry {
  const next = new Map<PodId, ChildEntry>();
  for (const entry of without(registry, id).values()) {
    next.set(entry.id, entry.via === id ? { ...entry, via: null, adopted: true } : entry);
  }
  return next;
}

function without(registry: Registry, id: PodId): Registry {
  const next = new Map(registry);
  next.delete(id);
  return next;
}

const fresh = { state: "idle", generation: 1, turnEndedTaken: false } as const;

function ruleKey(rule: ScopeRule): string {
  return JSON.stringify([rule.effect, rule.target, rule.permission, rule.recursive]);
}

function isSame(one: ChildEntry, other: ChildEntry): boolean {
  const sameScope =
    JSON.stringify(one.scope.map(ruleKey)) === JSON.stringify(other.scope.map(ruleKey));
  return (
    sameScope &&
    one.name === other.name &&
    one.via === other.via &&
    one.socket === other.socket &&
    one.generation === other.generation
  );
}
