/** One valid event of every activity kind; a missing one does not compile. */
import type { z } from "zod";
import type * as protocol from "../../../packages/protocol/src/index.ts";
import { artifactId, atMs, commitId, mergeId, registrationId, runId } from "./values.ts";

type Event = z.input<typeof protocol.ActivityEvent>;

const digest = `hmac-sha256:${"0123456789abcdef".repeat(4)}`;

const origin = {
  schemaVersion: 1,
  seq: 12,
  index: 0,
  runId,
  sessionId: registrationId,
  agentId: "worker",
  agentType: "codex",
  principalHash: digest,
  actionId: "pworker0001:2",
  atMs,
  durationMs: null,
  redaction: "hashed",
  sensitivity: "normal",
} as const;

const path = { path: null, pathHash: digest };
const clearPath = { redaction: "clear", path: "src/parser.ts", pathHash: null } as const;
const other = { runId: null, sessionId: "s9", agentId: "helper", actionId: "c41" };

export const activitySamples: {
  readonly [K in Event["kind"]]: Extract<Event, { kind: K }>;
} = {
  agent_run_started: { kind: "agent_run_started", ...origin, status: "started" },
  agent_run_completed: {
    kind: "agent_run_completed",
    ...origin,
    status: "finished",
    durationMs: 5_000,
    evidence: artifactId,
  },
  agent_claimed_path: {
    kind: "agent_claimed_path",
    ...origin,
    ...clearPath,
    capabilityId: "repo.write#c42",
    mode: "exclusive",
    status: "granted",
  },
  agent_touched_path: {
    kind: "agent_touched_path",
    ...origin,
    ...path,
    capabilityId: "repo.write#c42",
    access: "write",
    version: "12",
  },
  agent_overlap_detected: {
    kind: "agent_overlap_detected",
    ...origin,
    ...path,
    access: "write",
    others: [other],
  },
  agent_policy_gate: {
    kind: "agent_policy_gate",
    ...origin,
    redaction: "metadata",
    path: null,
    pathHash: null,
    capabilityId: "process.run:deploy",
    decision: "approval_required",
    rule: "deploys-need-a-person",
  },
  agent_evidence_written: {
    kind: "agent_evidence_written",
    ...origin,
    evidence: artifactId,
    evidenceKind: "verification",
  },
  agent_review_ready: {
    kind: "agent_review_ready",
    ...origin,
    merge: mergeId,
    commit: commitId,
    evidence: null,
  },
  agent_stale_assumption_detected: {
    kind: "agent_stale_assumption_detected",
    ...origin,
    ...path,
    readVersion: "7",
    currentVersion: "12",
    changedBy: other,
  },
};
