/**
 * What a key and a scope cover, said in the plainest way: by the beginnings of paths.
 */

/** Whether two canonical unit keys stand for a thing in common. */
export function overlaps(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [pathOf(a), pathOf(b)];
  if (left === null || right === null) return false;
  return (isIn(left, right) && b.startsWith("dir:")) || (isIn(right, left) && a.startsWith("dir:"));
}

/** Whether a path is at or beneath a directory; "" and "." are the workspace. */
export function isIn(path: string, directory: string): boolean {
  if (directory === "" || directory === ".") return true;
  return path === directory || path.startsWith(`${directory}/`);
}

export function pathOf(unit: string): string | null {
  const isPath = unit.startsWith("file:") || unit.startsWith("dir:");
  return isPath ? unit.slice(unit.indexOf(":") + 1) : null;
}
