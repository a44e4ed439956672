/**
 * Every bound of the workspaces, with what it bounds and which wrong direction is worse.
 */

/** One git call that reads or writes metadata. Too short fails on a disk under load. */
export const gitDeadlineMs = 60_000;
/** One git call that writes a whole tree: 50,000 files took 23 s on a slow disk. */
export const checkoutDeadlineMs = 600_000;
/** Between SIGTERM and SIGKILL: git removes its lock files on the first, never on the second. */
export const terminateGraceMs = 5_000;
/** After a group was killed, how long a descendant that left it may hold the output pipe. */
export const pipeGraceMs = 1_000;
/** Output of one git call. A status of 100,000 long paths fits; more is a runaway. */
export const maxGitOutputBytes = 64 * 1024 * 1024;
/** Text kept of git's standard error; it ends in messages for people. */
export const maxGitErrorBytes = 16 * 1024;
/** How long git itself waits for a ref or packed-refs lock before it fails. */
export const refLockWaitMs = 5_000;
/** Waiting for the repository lock. Its longest holder does one `worktree add --no-checkout`. */
export const repositoryLockDeadlineMs = 60_000;
/** Between two tries of the repository lock; shorter burns a core when many pods start. */
export const repositoryLockRetryMs = 15;
/** Tries of a list that stopped at a half-made worktree; in one that stays so it is an error. */
export const maxListTries = 8;
/** Before the first of them; each next one waits longer. Git writes a registration in far less. */
export const listRetryMs = 10;
/** Tries of a compare-and-swap that lost its race; more only hides a second writer. */
export const maxSwapTries = 5;
/** A slug inside a branch name; with `agent/` and an id the whole stays well under 255 bytes. */
export const maxSlugLength = 48;
/** Commits searched for a trailer when the caller gives no range. */
export const maxTrailerSearchCommits = 2_000;
/** Commits of one branch that are replayed by `rebase`. Beyond it, squash or merge. */
export const maxRebaseCommits = 1_000;
/** A diff given as text. Longer ones are cut and say so. */
export const maxDiffBytes = 4 * 1024 * 1024;
/** Files named in a refusal; the rest is counted. */
export const maxReportedFiles = 50;
/** A gate or set-up command without its own deadline. */
export const commandDeadlineMs = 1_800_000;
/** Output of one gate or set-up command kept on disk; what follows is counted, not kept. */
export const maxCommandOutputBytes = 16 * 1024 * 1024;
/** End of a command's output that travels with its result. */
export const outputTailBytes = 4 * 1024;
