/**
 * The undo list of a draft: changes are made in place and their inverses recorded, so that a batch
 * whose append fails leaves no trace and nothing is ever copied per command.
 *
 * Order: rollback restores contents, fields and arrays exactly. A key that was removed from a Map
 * or
 * Set comes back at its END, because finding its place would cost a scan on every removal. So no
 * rule may rely on Map or Set order: sort by a field (`seq`), or keep a queue in an array with
 * `insert` and `removeAt`.
 */

const absent: unique symbol = Symbol("absent");

const op = { map: 0, setAdd: 1, setDrop: 2, field: 3, insert: 4, removeAt: 5 } as const;

/** Slots an entry takes in the flat list: op, target, key, old value. */
const width = 4;

/** A position in the undo list; valid until `forget`, or a rollback past it. */
export type UndoMark = number & { readonly undoMark: never };

/** Changes a state and remembers how to take the changes back, newest first. */
export class Undo {
  // One flat array instead of an object or closure a change: this is the hottest path there is.
  readonly #entries: unknown[] = [];

  put<K, V>(map: Map<K, V>, key: K, value: V): void {
    const old = map.get(key);
    this.#entries.push(op.map, map, key, old === undefined && !map.has(key) ? absent : old);
    map.set(key, value);
  }

  /** Does nothing if the key is not there. */
  remove<K, V>(map: Map<K, V>, key: K): void {
    const old = map.get(key);
    if (map.delete(key)) this.#entries.push(op.map, map, key, old);
  }

  /** Does nothing if the value is already there. */
  add<T>(set: Set<T>, value: T): void {
    if (set.has(value)) return;
    this.#entries.push(op.setAdd, set, value, undefined);
    set.add(value);
  }

  /** Does nothing if the value is not there. */
  drop<T>(set: Set<T>, value: T): void {
    if (set.delete(value)) this.#entries.push(op.setDrop, set, value, undefined);
  }

  assign<T extends object, F extends keyof T>(target: T, field: F, value: T[F]): void {
    const old = target[field];
    const wasAbsent = old === undefined && !Object.hasOwn(target, field);
    this.#entries.push(op.field, target, field, wasAbsent ? absent : old);
    target[field] = value;
  }

  /** Removes an optional field; does nothing if it is not there. */
  unset<T extends object>(target: T, field: keyof T): void {
    if (!Object.hasOwn(target, field)) return;
    this.#entries.push(op.field, target, field, target[field]);
    delete target[field];
  }

  /** Inserts into a queue at an index from 0 to its length. */
  insert<T>(array: T[], index: number, value: T): void {
    this.#entries.push(op.insert, array, index, undefined);
    array.splice(index, 0, value);
  }

  /** Takes out the element at an index; does nothing outside the array. */
  removeAt(array: unknown[], index: number): void {
    if (index < 0 || index >= array.length) return;
    this.#entries.push(op.removeAt, array, index, array[index]);
    array.splice(index, 1);
  }

  mark(): UndoMark {
    return this.#entries.length as UndoMark;
  }

  /** Takes back what was changed since the mark. */
  rollbackTo(mark: UndoMark): void {
    const entries = this.#entries;
    for (let at = entries.length - width; at >= mark; at -= width) {
      revert(entries[at] as number, entries[at + 1], entries[at + 2], entries[at + 3]);
    }
    entries.length = mark;
  }

  rollback(): void {
    this.rollbackTo(0 as UndoMark);
  }

  /** The changes are durable: keeps them for good. */
  forget(): void {
    this.#entries.length = 0;
  }
}

function revert(kind: number, target: unknown, key: unknown, old: unknown): void {
  switch (kind) {
    case op.map:
      if (old === absent) (target as Map<unknown, unknown>).delete(key);
      else (target as Map<unknown, unknown>).set(key, old);
      return;
    case op.setAdd:
      (target as Set<unknown>).delete(key);
      return;
    case op.setDrop:
      (target as Set<unknown>).add(key);
      return;
    case op.field:
      if (old === absent) Reflect.deleteProperty(target as object, key as PropertyKey);
      else Reflect.set(target as object, key as PropertyKey, old);
      return;
    case op.insert:
      (target as unknown[]).splice(key as number, 1);
      return;
    case op.removeAt:
      (target as unknown[]).splice(key as number, 0, old);
      return;
    default:
      throw new Error(`undo entry of unknown kind ${String(kind)}`);
  }
}
