/**
 * Lines of a tree, drawn with box characters.
 */

export interface Node<T> {
  readonly value: T;
  readonly children: readonly Node<T>[];
}

/** Items whose parent is not among them are roots; order is kept. */
export function buildForest<T>(
  items: readonly T[],
  id: (item: T) => string,
  parent: (item: T) => string | null,
): Node<T>[] {
  const ids = new Set(items.map(id));
  const under = new Map<string | null, T[]>();
  for (const item of items) {
    const above = parent(item);
    const key = above !== null && ids.has(above) ? above : null;
    under.set(key, [...(under.get(key) ?? []), item]);
  }
  const grow = (key: string | null): Node<T>[] =>
    (under.get(key) ?? []).map((value) => ({ value, children: grow(id(value)) }));
  return grow(null);
}

export interface TreeLine<T> {
  readonly prefix: string;
  readonly value: T;
}

export function treeLines<T>(forest: readonly Node<T>[], indent = "", root = true): TreeLine<T>[] {
  return forest.flatMap((node, index) => {
    const last = index === forest.length - 1;
    const branch = root ? "" : last ? "└─ " : "├─ ";
    const below = root ? "" : last ? "   " : "│  ";
    return [
      { prefix: indent + branch, value: node.value },
      ...treeLines(node.children, indent + below, false),
    ];
  });
}
