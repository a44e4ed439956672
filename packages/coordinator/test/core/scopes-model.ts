/**
 * Lending of scopes as somebody would write it who keeps a list: for each pod the paths that it was
 * given, and all that follows worked out path by path. It knows rules, but nothing of the algebra
 * over them.
 */
import type { ScopeRule } from "@podlane/protocol";

const order = ["none", "read", "write"] as const;
type Permission = (typeof order)[number];

/**
 * Every path of up to four segments: two deeper than any target of the test, and with a segment
 * that is in no target. So what holds of these holds of all paths.
 */
export const universe = pathsUpTo(4, ["a", "ab", "unnamed"]);
export const targets = pathsUpTo(2, ["a", "ab"]);

export interface ModelPod {
  readonly id: string;
  readonly name: string;
  readonly rules: readonly ScopeRule[];
  readonly base: Permission;
  readonly delegate: number;
  /** Whom it was spawned by, through all generations: the pods that it shares paths with. */
  readonly root: string;
  parent: string | null;
  isStopping: boolean;
}

export interface NewPod {
  readonly name: string;
  readonly parent: string | null;
  readonly rules: readonly ScopeRule[];
  readonly delegate: number;
}

/** What a flawed model gets wrong: a test that agrees with one of these sees nothing. */
export type Flaw = "loans never return" | "lenders keep what they lend" | "orphans lend nothing";

export class ScopesModel {
  readonly pods = new Map<string, ModelPod>();
  readonly #ended = new Map<string, ModelPod>();
  readonly #flaw: Flaw | null;

  constructor(flaw: Flaw | null = null) {
    this.#flaw = flaw;
  }

  /** The code of the refusal, or null. */
  refusalOf({ name, parent, rules, delegate }: NewPod): string | null {
    if ([...this.pods.values()].some((pod) => pod.name === name)) return "conflict";
    if (parent === null) return delegate > 3 ? "denied" : null;
    const lender = this.pods.get(parent);
    if (lender === undefined || lender.isStopping) return "conflict";
    const lends = universe.some((path) => permissionOf(rules, "none", path) === "write");
    if (lends && lender.delegate === 0) return "denied";
    const all = [...rules, ...deniesOfReading(lender.rules)];
    const isExcess = universe.some((path) => {
      const asked = [permissionOf(rules, "none", path), permissionOf(all, "read", path)];
      return asked.some((one) => rank(one) > rank(this.permissionAt(lender, path)));
    });
    if (isExcess) return "out_of_scope";
    return delegate > Math.max(0, lender.delegate - 1) ? "denied" : null;
  }

  add(id: string, { name, parent, rules, delegate }: NewPod): void {
    const lender = parent === null ? undefined : this.pods.get(parent);
    const isOpen = parent === null && !rules.some(({ effect }) => effect === "allow");
    const all = lender === undefined ? rules : [...rules, ...deniesOfReading(lender.rules)];
    const root = lender?.root ?? id;
    const base = isOpen ? "write" : "read";
    this.pods.set(id, { id, name, parent, rules: all, base, delegate, root, isStopping: false });
  }

  /** Its children go to the nearest that lives above it; what they hold stays lent. */
  end(id: string): string | null {
    const pod = this.pods.get(id);
    if (pod === undefined) return null;
    this.pods.delete(id);
    this.#ended.set(id, pod);
    const heir = this.#livingAbove(pod);
    const adopter = this.#flaw === "orphans lend nothing" ? null : heir;
    for (const child of this.pods.values()) if (child.parent === id) child.parent = adopter;
    return heir;
  }

  permissionAt(pod: ModelPod, path: string): Permission {
    const own = permissionOf(pod.rules, pod.base, path);
    if (this.#flaw === "lenders keep what they lend") return own;
    const isLent = this.#borrowersOf(pod).some((child) => lendsAt(child, path));
    return own === "write" && isLent ? "read" : own;
  }

  #borrowersOf({ id }: ModelPod): ModelPod[] {
    const all = [...this.pods.values()];
    if (this.#flaw === "loans never return") all.push(...this.#ended.values());
    return all.filter(({ parent }) => parent === id);
  }

  #livingAbove({ parent }: ModelPod): string | null {
    if (parent === null || this.pods.has(parent)) return parent;
    const above = this.#ended.get(parent);
    return above === undefined ? null : this.#livingAbove(above);
  }
}

/** Whether a pod holds a loan of the path: the base of a child is no loan. */
function lendsAt({ rules }: ModelPod, path: string): boolean {
  return permissionOf(rules, "none", path) === "write";
}

function permissionOf(rules: readonly ScopeRule[], base: Permission, path: string): Permission {
  const covering = rules.filter((rule) => covers(rule, path));
  const granted = covering
    .filter(({ effect }) => effect === "allow")
    .reduce((held, { permission }) => Math.max(held, rank(permission)), rank(base));
  const left = covering
    .filter(({ effect }) => effect === "deny")
    .reduce((held, { permission }) => Math.min(held, rank(permission) - 1), granted);
  return order[left] ?? "none";
}

function covers({ target, recursive }: ScopeRule, path: string): boolean {
  if (target === "") return recursive || !path.includes("/");
  if (path === target) return true;
  if (!path.startsWith(`${target}/`)) return false;
  return recursive || !path.slice(target.length + 1).includes("/");
}

function deniesOfReading(rules: readonly ScopeRule[]): ScopeRule[] {
  return rules.filter(({ effect, permission }) => effect === "deny" && permission === "read");
}

function rank(permission: Permission): number {
  return order.indexOf(permission);
}

function pathsUpTo(depth: number, segments: readonly string[]): string[] {
  if (depth === 0) return [""];
  const shorter = pathsUpTo(depth - 1, segments);
  const longer = shorter.flatMap((path) => segments.map((s) => (path === "" ? s : `${path}/${s}`)));
  return [...new Set([...shorter, ...longer])];
}
