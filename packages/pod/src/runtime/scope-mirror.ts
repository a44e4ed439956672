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
    this.#compiled ??= compileScope(this.effective());
    return this.#compiled(path);
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
