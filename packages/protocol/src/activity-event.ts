/**
 * Activity events: what agents do, as safe metadata. A projection of the log alone, for consumers
 * that know this schema and nothing else of Podlane; never content, arguments, output or secrets.
 */
import { z } from "zod";
import { ArtifactId, CommitId, MergeId, RegistrationId, RunId } from "./ids.ts";
import { maxKeyBytes, maxListedNames, maxNameBytes, maxTagLength } from "./limits.ts";

export const activitySchemaVersion = 1;

/** `clear`: paths as they are; `hashed`: their digests; `metadata`: neither. */
export const RedactionLevel = z.enum(["clear", "hashed", "metadata"]);
export type RedactionLevel = z.infer<typeof RedactionLevel>;

/** SHA-256 under a key of the workspace, so that a guessed value cannot be checked. */
const Digest = z.string().regex(/^hmac-sha256:[0-9a-f]{64}$/);
const ActivityPath = z.string().min(1).max(maxKeyBytes);
/** The version of a path: git's name of its content, or the seq of the event that wrote it. */
const PathVersion = z.string().max(128);

/**
 * Where an event comes from and how far it may go. `seq` is that of the log entry it is derived
 * from and `index` its place among the events of that entry: together its identity.
 */
const origin = {
  schemaVersion: z.literal(activitySchemaVersion),
  seq: z.int().min(1),
  index: z.int().min(0),
  runId: RunId.nullable(),
  sessionId: RegistrationId,
  agentId: z.string().max(maxNameBytes),
  agentType: z.string().max(maxTagLength),
  principalHash: Digest,
  /** One turn, tool call, claim or merge: what belongs to one action has one id. */
  actionId: z.string().max(128),
  /** Log time. */
  atMs: z.int(),
  durationMs: z.int().min(0).nullable(),
  redaction: RedactionLevel,
  /** `sensitive`: a path or operation that a guardrail's category names. */
  sensitivity: z.enum(["normal", "sensitive"]),
};

const path = { path: ActivityPath.nullable(), pathHash: Digest.nullable() };

/**
 * The class of operation that a gate decided (`repo.read`, `repo.write`, `process.run:<unit>`,
 * `network:<domain>`, `merge`, …) and the grant that allowed it, after a `#`.
 */
const capability = { capabilityId: z.string().max(maxKeyBytes) };

/** The other side of an overlap or of a stale assumption. */
const OtherAgent = z.object({
  runId: RunId.nullable(),
  sessionId: RegistrationId,
  agentId: z.string().max(maxNameBytes),
  actionId: z.string().max(128),
});

export const AgentRunStarted = z.object({
  kind: z.literal("agent_run_started"),
  ...origin,
  status: z.literal("started"),
});

export const AgentRunCompleted = z.object({
  kind: z.literal("agent_run_completed"),
  ...origin,
  status: z.enum(["finished", "stopped", "errored", "killed"]),
  evidence: ArtifactId.nullable(),
});

export const AgentClaimedPath = z.object({
  kind: z.literal("agent_claimed_path"),
  ...origin,
  ...path,
  ...capability,
  mode: z.enum(["exclusive", "shared"]),
  status: z.enum(["granted", "queued", "ended"]),
});

export const AgentTouchedPath = z.object({
  kind: z.literal("agent_touched_path"),
  ...origin,
  ...path,
  ...capability,
  access: z.enum(["read", "write"]),
  version: PathVersion.nullable(),
});

/** Paths overlap as claims do: a directory with all beneath it. */
export const AgentOverlapDetected = z.object({
  kind: z.literal("agent_overlap_detected"),
  ...origin,
  ...path,
  access: z.enum(["claim", "read", "write"]),
  others: z.array(OtherAgent).min(1).max(maxListedNames),
});

export const AgentPolicyGate = z.object({
  kind: z.literal("agent_policy_gate"),
  ...origin,
  ...path,
  ...capability,
  decision: z.enum(["allowed", "denied", "approval_required"]),
  /** The rule, pattern or scope that decided. */
  rule: z.string().max(128),
});

export const AgentEvidenceWritten = z.object({
  kind: z.literal("agent_evidence_written"),
  ...origin,
  evidence: ArtifactId,
  evidenceKind: z.enum(["diff", "log", "output", "file", "verification"]),
});

export const AgentReviewReady = z.object({
  kind: z.literal("agent_review_ready"),
  ...origin,
  merge: MergeId,
  commit: CommitId,
  evidence: ArtifactId.nullable(),
});

/** A run read a path at one version, and another run changed it before the first had finished. */
export const AgentStaleAssumptionDetected = z.object({
  kind: z.literal("agent_stale_assumption_detected"),
  ...origin,
  ...path,
  readVersion: PathVersion,
  currentVersion: PathVersion,
  changedBy: OtherAgent,
});

/** Fails closed: a clear path is refused unless `redaction` is `clear`, a hash in `metadata`. */
export const ActivityEvent = z
  .discriminatedUnion("kind", [
    AgentRunStarted,
    AgentRunCompleted,
    AgentClaimedPath,
    AgentTouchedPath,
    AgentOverlapDetected,
    AgentPolicyGate,
    AgentEvidenceWritten,
    AgentReviewReady,
    AgentStaleAssumptionDetected,
  ])
  .refine(hidesWhatItMust, { error: "shows more of its path than its redaction level allows" });
export type ActivityEvent = z.infer<typeof ActivityEvent>;

function hidesWhatItMust(event: {
  redaction: RedactionLevel;
  path?: string | null;
  pathHash?: string | null;
}): boolean {
  const { redaction, path: clear = null, pathHash = null } = event;
  if (redaction === "clear") return true;
  return clear === null && (redaction === "hashed" || pathHash === null);
}
