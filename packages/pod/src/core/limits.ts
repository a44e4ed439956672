/**
 * Bounds of a pod's core, with what each one bounds and which wrong direction is worse.
 */

/** Notifications waiting for a model step. More would flood one prompt; less merges too early. */
export const maxBufferedEntries = 256;
/** Rendered text waiting for a model step. It must hold at least one message of the full size. */
export const maxBufferedBytes = 1024 * 1024;
/** Inputs kept while the runtime starts; beyond it the answer is `busy` and the sender retries. */
export const maxQueuedWhileStarting = 1_024;
/** Artifact handles named in one notification; the rest is counted. A prompt is not a directory. */
export const maxRenderedArtifacts = 16;
/** Dirty paths named in one notification; the rest is counted. */
export const maxRenderedPaths = 16;
