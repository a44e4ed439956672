/**
 * The permission lattice none < read < write.
 */
import type { Permission } from "../scope-rule.ts";

const rank: Readonly<Record<Permission, number>> = { none: 0, read: 1, write: 2 };

/** Whether what is held suffices for what is wanted. */
export function suffices(held: Permission, wanted: Permission): boolean {
  return rank[held] >= rank[wanted];
}

/** The greater of two permissions: what two grants together give. */
export function stronger(a: Permission, b: Permission): Permission {
  return rank[a] >= rank[b] ? a : b;
}

/** The lesser of two permissions: what a grant leaves under a ceiling. */
export function weaker(a: Permission, b: Permission): Permission {
  return rank[a] <= rank[b] ? a : b;
}
