/**
 * Records of tasks, registrations and the resources that no server of this version has, for samples
 * of their methods.
 */
import type { z } from "zod";
import type * as protocol from "../../../packages/protocol/src/index.ts";
import { artifactId, atMs, commandId, commitId, registrationId } from "./values.ts";

export const task: z.input<typeof protocol.Task> = {
  id: "t50",
  taskType: "review",
  description: "Review the parser",
  inputData: { branch: "agent/worker/k3x9", depth: [1, { deep: true }] },
  priority: 1,
  dependsOn: ["t49"],
  onDependencyFailure: "keep",
  agentRequirements: { agentTypes: ["codex"], capabilities: ["review"], minTrust: 2 },
  deadlineMs: atMs + 60_000,
  maxAttempts: 3,
  status: "failed",
  submittedBy: registrationId,
  claimedBy: null,
  claimedAtMs: null,
  leaseUntilMs: null,
  waitsFor: [],
  result: null,
  error: { code: "cancelled_by_orchestrator", message: "not needed any more" },
  attempts: [
    {
      attempt: 1,
      fence: 60,
      claimedBy: registrationId,
      claimedAtMs: atMs,
      endedAtMs: null,
      how: null,
    },
  ],
  createdAtMs: atMs,
  completedAtMs: atMs,
};

export const registration: z.input<typeof protocol.Registration> = {
  id: registrationId,
  agentName: "worker",
  agentType: "codex",
  capabilities: ["review"],
  currentTask: "Fix the parser",
  delegatedFrom: null,
  status: "active",
  pod: null,
  registeredAtMs: atMs,
  lastSeenMs: atMs,
};

export const handoff: z.input<typeof protocol.Handoff> = {
  id: "h51",
  author: registrationId,
  agentName: "worker",
  summary: "The parser reads ünïcode",
  completedWork: ["tests"],
  inProgress: ["docs"],
  decisions: ["keep the old entry point"],
  nextSteps: ["benchmarks"],
  relevantFiles: ["src/parser.ts"],
  atMs,
};

export const memory: z.input<typeof protocol.RecalledMemory> = {
  id: "n52",
  author: registrationId,
  authorName: "worker",
  trust: 2,
  source: "own",
  importance: 0.5,
  eventType: "decision",
  summary: "Fixtures are generated",
  details: { script: "scripts/fixtures.ts" },
  outcome: "positive",
  lessons: ["never edit them by hand"],
  tags: ["tests"],
  atMs,
  relevanceScore: 0.75,
};

export const feature: z.input<typeof protocol.Feature> = {
  featureId: "parser",
  resourceClaims: ["dir:src/parser/"],
  title: "A faster parser",
  branchName: "agent/worker/k3x9",
  mergePriority: 3,
  metadata: { issue: 7 },
  status: "active",
  registeredBy: registrationId,
  registeredAtMs: atMs,
  endedAtMs: null,
};

export const featureConflict: z.input<typeof protocol.FeatureConflict> = {
  featureId: "lexer",
  overlaps: [{ candidate: "dir:src/parser/", other: "file:src/parser/lexer.ts" }],
};

export const mergeQueueEntry: z.input<typeof protocol.MergeQueueEntry> = {
  featureId: "parser",
  branchName: "agent/worker/k3x9",
  mergePriority: 3,
  mergeStatus: "ready",
  prUrl: "https://example.org/pulls/7",
  queuedAtMs: atMs,
  checkedAtMs: null,
};

export const approval: z.input<typeof protocol.Approval> = {
  id: "a53",
  operation: "process.run:deploy",
  resource: null,
  context: { target: "staging" },
  status: "expired",
  requestedBy: registrationId,
  requestedByName: "worker",
  owners: ["leader", "operator"],
  requestedAtMs: atMs,
  expiresAtMs: atMs + 1_000,
  defaultDecision: "denied",
  decidedBy: null,
  decidedAtMs: null,
  note: null,
};

export const guardrailPattern: z.input<typeof protocol.GuardrailPattern> = {
  name: "git-force-push",
  category: "git",
  severity: "block",
  pattern: "git\\s+push\\s.*--force",
  minTrust: 4,
  description: "Rewrites what others have built on",
};

export const guardrailViolation: z.input<typeof protocol.GuardrailViolation> = {
  patternName: "git-force-push",
  category: "git",
  severity: "block",
  matchedText: "git push --force",
  blocked: true,
};

export const profile: z.input<typeof protocol.Profile> = {
  name: "standard",
  agentType: null,
  trust: 2,
  allowedOperations: ["repo.write"],
  blockedOperations: ["network"],
  limits: { fileModifications: 100, seconds: 3_600, callsPerHour: 500 },
};

export const verification: z.input<typeof protocol.Verification> = {
  id: "v54",
  changeId: commitId,
  tier: "unit",
  passed: true,
  executor: "npm test",
  evidence: [artifactId],
  reportedBy: "worker",
  atMs,
};

export const auditEntry: z.input<typeof protocol.AuditEntry> = {
  seq: 12,
  atMs,
  actor: { role: "agent", id: "worker" },
  credential: "k9",
  operation: "claim.acquire",
  subject: "claim:c42",
  decision: "denied",
  code: "out_of_scope",
  message: "src/lexer.ts is not lent to worker",
  durationMs: 0.4,
  commandId,
};

export const checkpoint = { seq: 12, hash: "0123456789abcdef".repeat(4), atMs };

export const portLease: z.input<typeof protocol.PortLease> = {
  id: "l55",
  session: registrationId,
  basePort: 20_000,
  count: 10,
  tempDir: "/tmp/podlane/l55",
  cacheDir: "/var/cache/podlane/l55",
  databaseSuffix: "_l55",
  expiresAtMs: atMs,
};

export const accessKey: z.input<typeof protocol.AccessKey> = {
  id: "k56",
  label: "ci",
  role: "agent",
  agentId: "ci",
  createdAtMs: atMs,
  expiresAtMs: null,
  revokedAtMs: null,
};
