/**
 * Bounds of a session, with what each one bounds and which wrong direction is worse.
 */

/** Answers kept for repeated commands. Fewer would run a command twice after a long outage. */
export const maxKeptAnswers = 4_096;
/** How long a writer waits for another connection's lock: only a host's last look can hold it. */
export const busyTimeoutMs = 5_000;
