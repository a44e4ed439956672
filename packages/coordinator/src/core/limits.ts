/**
 * Bounds of the coordination rules, with what each bounds and which wrong direction is worse.
 */

/** Ended pods kept in memory. Fewer lose `ps --all` and late reports; more only costs memory. */
export const maxTerminalPods = 1_000;
/** Ended runs kept in memory, whole plans included. */
export const maxEndedRuns = 200;
/** Merges kept in memory after they ended. */
export const maxEndedMerges = 1_000;
/** Tasks of the queue that have not ended. Each takes about 1 KiB beside its own content. */
export const maxOpenTasks = 1_000_000;
/** Ended tasks in memory; older ones are folded from the log when somebody asks. */
export const maxEndedTasks = 2_000;
/** Tasks one registration may have claimed: its death returns all of them in one batch. */
export const maxClaimedTasks = 1_000;
/** Tasks whose lease or deadline ends in one tick; the rest follows with the next. */
export const maxDueTasks = 1_000;
/** Dependents that end in one command with what they depend on; below `maxEndedTasks`. */
export const maxCascade = 1_000;
/** Tasks named in an answer to a worker that is fit for none. */
export const maxUnmetShown = 32;
/** Agents from outside that are registered at once; each is looked at every second. */
export const maxRegistrations = 10_000;
/** Registrations of outside agents kept in memory after their end. */
export const maxEndedRegistrations = 1_000;
/** Operator inbox entries in memory; older ones stay on the log. Too few hides unread events. */
export const maxInboxEntries = 10_000;
/** Running turns of pods outside any run; a run states its own number. */
export const defaultConcurrentTurns = 5;
/**
 * Pods of one run that may be on their way to their first turn at once, or as many as its turns if
 * those are more. Too few leave slots empty while a worktree is made; too many are idle processes.
 */
export const minComingUp = 8;
/** Denials whose repeats are known. A client repeats within seconds; more only costs memory. */
export const maxRecentDenials = 1_024;
/** How long a pushed grant waits for its waiter; longer stalls everybody behind a dead one. */
export const grantAcceptMs = 5_000;
/** Waiting this long makes up for one step of priority, so that nobody starves. */
export const claimAgeingStepMs = 60_000;
/** Blockers listed in one answer, which is kept on the log: more only says that it is long. */
export const maxBlockersShown = 8;
/** Steps of a chain in `claim.why`; deeper chains are cut with a mark. */
export const maxWhySteps = 32;
/** Canonical unit spellings remembered; a wrong size costs time, never correctness. */
export const maxCachedUnits = 65_536;
/** How long pods of a run that is cancelled `now` get before they are killed. */
export const cancelDeadlineMs = 5_000;
/** How long pods of a finished task get to leave before they are killed. */
export const finishDeadlineMs = 10_000;
