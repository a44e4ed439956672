/**
 * Which paths belong to git itself: `.git` at any depth, under every name a disk may know it by.
 * A pod that writes there could plant a hook or move a branch, past every scope and every gate.
 */

/** Code points that HFS+ ignores in names (CVE-2014-9390, git's `is_hfs_dotgit`). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
/** What NTFS drops after a name: dots, spaces and a `:stream` (git's `is_ntfs_dotgit`). */
const droppedByNtfs = /^[. ]*(?::|$)/;

/** Whether a segment of the path is `.git` in any case, or an alias of it on HFS+ or NTFS. */
export function isGitPath(path: string): boolean {
  return path.split("/").some(isGitSegment);
}

function isGitSegment(segment: string): boolean {
  const name = segment.replace(ignoredByHfs, "").toLowerCase();
  const alias = [".git", "git~1"].find((known) => name.startsWith(known));
  return alias !== undefined && droppedByNtfs.test(name.slice(alias.length));
}
