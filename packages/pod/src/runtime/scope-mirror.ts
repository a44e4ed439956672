/**
 * What this pod may write now: its own scope minus what it has lent. The log decides; this mirror
 * is what the tool host asks before every write, and it only ever errs towards less.
 */
import {
  type ChildView,
  compileScope,
  type EffectiveScope,
  effectiveScope,
  type Permission,
  type PermissionAt,
  type PodId,
  type PodRank,
  type Scope,
} from "@podlane/protocol";

export class ScopeMirror {
  readonly #own: EffectiveScope;
  readonly #children: () => readonly ChildView[];
  /** Asked for and not yet in the registry. */
  readonly #pending = new Map<string, Scope>();
  #compiled: PermissionAt | null = null;

  constructor(own: Scope, rank: PodRank, children: () => readonly ChildView[]) {
    this.#own = effectiveScope(rank, own);
    this.#children = children;
  }

  permissionOf(path: string): Permission {
    return this.permissions()(path);
  }

  /** As it is now: later loans do not change it. */
  permissions(): PermissionAt {
    this.#compiled ??= compileScope(this.effective());
    return this.#compiled;
  }

  effective(): EffectiveScope {
    const direct = this.#children().filter((child) => child.via === null);
    const lent = [...direct.map((child) => [child.name, child.scope] as const), ...this.#pending];
    const loans = lent.map(([holder, scope]) => ({ holder, scope }));
    return { ...this.#own, loans };
  }

  /** A loan that counts from now on; the returned function ends it. */
  lend(name: string, scope: Scope): () => void {
    this.#pending.set(name, scope);
    this.changed();
    return () => {
      this.#pending.delete(name);
      this.changed();
    };
  }

  /** The registry of children changed. */
  changed(): void {
    this.#compiled = null;
  }
}

export function createScopeMirror(
  { scope, parent }: { readonly scope: Scope; readonly parent: PodId | null },
  children: () => readonly ChildView[],
): ScopeMirror {
  return new ScopeMirror(scope, parent === null ? "top_level" : "child", children);
}
