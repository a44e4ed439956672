/** Names of the branches that Podlane makes. */
import { maxSlugLength } from "./limits.ts";

/** `agent/<task slug>/<short id>`: says what it is for, and is unique by the id. */
export function branchName(task: string, shortId: string): string {
  return `agent/${slugify(task)}/${slugify(shortId)}`;
}

/** Where the result of a run stays while its base cannot move. */
export function setAsideBranch(run: string): string {
  return `podlane/${slugify(run)}`;
}

/**
 * Any text as one segment of a branch name that `git check-ref-format` accepts. Lower case, since
 * two names that differ in case only are one file on some disks. Text without a letter or digit
 * becomes `task`.
 */
export function slugify(text: string): string {
  const slug = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, maxSlugLength)
    .replace(/^-+|-+$/g, "");
  return slug === "" ? "task" : slug;
}
