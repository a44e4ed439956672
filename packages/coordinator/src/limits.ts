/**
 * Bounds of the coordinator, with what each bounds and which wrong direction is worse.
 */

/**
 * Answers remembered for each client. Fewer than a client may have in flight would lose repeats.
 */
export const keptAnswers = 1_024;
/**
 * How long after a client's last command its answers are kept. Shorter than a night loses laptops.
 */
export const answerRetentionMs = 24 * 3_600_000;
/** Log time between two searches for forgotten clients: each one visits every client. */
export const answerSweepMs = 3_600_000;
/** Clients remembered at once, about 300 bytes each; beyond it new ones are refused `busy`. */
export const maxCommandClients = 100_000;

/** Rounds of consequences after one command. A chain this long is a loop in the rules. */
export const maxConsequenceRounds = 10_000;

/**
 * Commands in one batch. Above a few hundred a flush costs nothing more a command, while a batch
 * holds the event loop (about 5 µs a command) and is lost whole if another writer was first.
 */
export const maxBatchCommands = 1_024;
/** Characters of events after which a batch is closed: one row and one message to a store. */
export const maxBatchChars = 4 * 1024 * 1024;
/** Characters of events of one command; more is refused `too_large`. Large things are artifacts. */
export const maxCommandChars = 16 * 1024 * 1024;
/** Commands waiting for a batch; beyond it the answer is `busy`. About 16 connections' worth. */
export const maxWaitingCommands = 65_536;
/** Times a batch is decided again because other writers were first, before it is refused `busy`. */
export const maxRedecisions = 100;

/** Between two ticks. Deadlines are answered this late at most; less wakes an idle machine more. */
export const tickEveryMs = 1_000;
/** The most one tick moves log time: a suspended machine expires nothing. */
export const maxTickMs = 5_000;

/**
 * Between two looks at a shared log's head: how late a replica hears of others without hints. Each
 * is one look-up in an index; less would only load the store.
 */
export const pollEveryMs = 100;

/** Events asked for in one read while folding: bounds memory, large enough to hide the call. */
export const readPageEvents = 4_096;
/** Bytes of text after which a read ends even if fewer events than asked for were found. */
export const maxReadBytes = 16 * 1024 * 1024;
/**
 * Events between two snapshots: folding so many again takes a tenth of the 300 ms that a restart
 * may take; more often costs writes, more seldom start-up time.
 */
export const snapshotEveryEvents = 2_500;
/** The most of all time that taking snapshots may cost, while they block everything else. */
export const snapshotShare = 0.02;
/**
 * How long SQLite waits for a foreign lock. The owner's own lock makes one a mistake, not a queue.
 */
export const sqliteBusyMs = 1_000;
/** Connections of one coordinator: appends and reads; a pool in front of PostgreSQL multiplies. */
export const postgresConnections = 4;
/** How long one statement may take before its connection is given up as dead. */
export const postgresStatementMs = 10_000;
/**
 * How long PostgreSQL may be out of reach before the coordinator ends: longer than a restart or a
 * failover of the server, short enough that clients hear of it.
 */
export const postgresPatienceMs = 60_000;
/** Between two attempts to listen for hints: they only save latency, so there is no hurry. */
export const postgresRelistenMs = 5_000;
/**
 * A replica that has not ticked for this long counts as gone, and others judge its sessions; a slow
 * store must not look dead.
 */
export const replicaLeaseMs = 15_000;
/** When the row of a replica that never said farewell is swept away. */
export const forgottenReplicaMs = 24 * 3_600_000;
/** Events the subject index holds, 8 bytes each; older ones are found by reading the log. */
export const maxIndexedEvents = 1_000_000;

/** How often a registration says that it is there; three misses are noticed. */
export const heartbeatEveryMs = 10_000;
/** Three heartbeats missed. */
export const suspectAfterMs = 3 * heartbeatEveryMs;
/** Silence after which an outside agent is dead. Shorter would end agents that think long. */
export const defaultDeadAfterMs = 15 * 60_000;
/** A client's name in a command id (the protocol's bound). */
export const maxCommandClientLength = 64;
/** Events about one claim: asked, granted, accepted, kept, ended. */
export const maxClaimEvents = 16;
/** Events about one task: two an attempt, and a few more. */
export const maxTaskEvents = 1_000;

/** Callers in a long poll at once. Each is looked at after every flush. */
export const maxStateWaits = 10_000;
/** Events a watcher that catches up is given at a time: bounds memory, not speed. */
export const watchPageEvents = 500;
/** A coordinator with nothing to do ends after this; less would restart it between two commands. */
export const idleExitMs = 60_000;
