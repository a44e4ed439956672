/**
 * Every bound of the protocol, with what it bounds and which wrong direction is worse.
 */

/** One frame. Larger would let one peer hold the other's memory; smaller would split snapshots. */
export const maxFrameBytes = 16 * 1024 * 1024;
/** Nesting of one decoded value. Deeper values only come from attackers; decoding is recursive. */
export const maxDepth = 64;
/** Entries in one decoded map or array. */
export const maxEntries = 65_536;
/** One decoded string or binary. */
export const maxStringBytes = 8 * 1024 * 1024;
/** Connections waiting for `accept`; Node's default of 511 drops a storm of starting pods. */
export const listenBacklog = 4_096;
/** A request without its own deadline. Too short breaks slow disks, too long hides dead peers. */
export const requestDeadlineMs = 30_000;
/** The longest deadline a request may ask for (a long poll). */
export const maxDeadlineMs = 24 * 3_600_000;
/** A peer that has not said hello by then is not one of ours. */
export const handshakeDeadlineMs = 10_000;
/** Requests in flight on one connection, each way; beyond it the answer is `busy`. */
export const maxPendingRequests = 4_096;
/** Events queued for one subscriber before it gets a gap marker. Less marks gaps too early. */
export const maxSubscriptionQueue = 1_024;
/** Bytes unsent on one connection before the sender stops producing for it. */
export const maxUnsentBytes = 8 * 1024 * 1024;
/** A pod or task name, in bytes: it becomes part of branches, folders and socket paths. */
export const maxNameBytes = 64;
/** A task given to a pod, or one message. Longer text travels as an artifact. */
export const maxMessageBytes = 256 * 1024;
/** A child's free text inside a notification; longer text is cut and its artifact named. */
export const maxNotificationTextBytes = 4 * 1024;
/** A turn's summary. */
export const maxSummaryBytes = 16 * 1024;
/** A canonical work-unit key or scope target, in bytes. */
export const maxKeyBytes = 1_024;
/** Rules in one scope. */
export const maxScopeRules = 256;
/** Units in one claim. */
export const maxClaimUnits = 256;
/** Exclusive holders of one `proc:` unit at once. More is no limit worth a lock. */
export const maxUnitCapacity = 1_000;
/** Other waits under way in one turn: tool calls that an agent makes side by side. */
export const maxWaitsBeside = 32;
/** Levels of delegation a top-level pod may hand down. */
export const maxDelegateLevels = 3;
/** Characters of a denial's reason on the log; the whole text is in the pod's history. */
export const maxDenialMessage = 1_024;
/** Tasks in one plan. */
export const maxPlanTasks = 1_000;
/** The file a unix socket path must fit in (`sun_path` holds 108 on Linux, 104 on macOS). */
export const maxSocketPathBytes = 100;
/** Values in one message. Frames bound bytes only, and an empty map (1 byte) costs 56 in memory. */
export const maxMessageValues = 1_048_576;
/** A method's name on the wire. */
export const maxMethodNameBytes = 128;
/** Problems named in one `invalid_request`; the rest would only repeat them. */
export const maxReportedIssues = 16;
/** Unsent bytes at which a connection whose reader does not read is closed, not only slowed. */
export const maxBacklogBytes = 4 * maxUnsentBytes;
/** How long a closing connection may take to flush; longer would keep dead peers' sockets open. */
export const closeFlushMs = 2_000;
/** A JSON object that a client gives to keep: it stays in every replica's memory. */
export const maxDocumentBytes = 256 * 1024;
/** Names, tags, points or handles in one list of a record. More is a document of its own. */
export const maxListedNames = 256;
/** A tag, capability, operation or other short name, in characters. */
export const maxTagLength = 128;
/** Entries in one answer of a list. More would hold up other answers of the connection. */
export const maxPageEntries = 1_000;
/** Attempts at one task. Each may kill a worker, so more only spreads the poison. */
export const maxTaskAttempts = 100;
/** Ports in one leased block. More would use up the range on a machine with many sessions. */
export const maxLeasedPorts = 100;
/** A policy's text. Parsers of larger ones would block the replica. */
export const maxPolicyBytes = 256 * 1024;
/** How long an approval may wait. Longer outlives the reason of the question. */
export const maxApprovalSeconds = 30 * 86_400;
