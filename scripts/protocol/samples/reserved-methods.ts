/** Valid params and a valid result of every reserved method. */
import type * as protocol from "../../../packages/protocol/src/index.ts";
import { activitySamples } from "./activity-events.ts";
import type { Samples } from "./methods.ts";
import * as of from "./records.ts";
import { atMs, commitId, hostId, parentId, podId, podRecord, registrationId } from "./values.ts";
import { runId, runView, scope } from "./values.ts";

const onePod = { pod: podId };
const oneFeature = { feature: "parser" };
const { id: _id, reportedBy: _by, atMs: _at, ...report } = of.verification;

export const reservedSamples: Samples<protocol.ReservedMethods> = {
  "run.watch": {
    params: { run: runId },
    result: { subscription: 5, head: 12, run: runView },
  },
  "pod.wake": { params: onePod, result: { pod: podRecord } },
  "pod.quarantine_clear": { params: onePod, result: { pod: podRecord } },
  "pod.pause": { params: { ...onePod, tree: true }, result: { pods: [podId] } },
  "pod.resume": { params: { ...onePod, tree: false }, result: { pods: [podId] } },
  "pod.join": {
    params: {
      name: "guest",
      parent: parentId,
      agentType: "codex",
      task: "Help",
      scope,
      delegate: 0,
    },
    result: { pod: podId, registration: registrationId, generation: 1, scope, token: "agent.t0" },
  },
  "scope.return": { params: onePod, result: { to: null, scope } },
  "merge.enqueue": {
    params: { ...oneFeature, prUrl: "https://example.org/pulls/7" },
    result: { entry: of.mergeQueueEntry },
  },
  "merge.queue": { params: {}, result: { entries: [of.mergeQueueEntry] } },
  "merge.next": { params: {}, result: { entry: null } },
  "merge.check": {
    params: oneFeature,
    result: {
      passed: false,
      checks: [{ name: "conflicts", passed: false, message: "with main" }],
      issues: ["it does not merge"],
      conflicts: ["src/parser.ts"],
    },
  },
  "merge.mark_merged": {
    params: { ...oneFeature, commit: commitId },
    result: { entry: of.mergeQueueEntry },
  },
  "merge.eject": {
    params: { ...oneFeature, reason: "the gate is red" },
    result: { entry: of.mergeQueueEntry },
  },
  "merge.remove": { params: oneFeature, result: { entry: of.mergeQueueEntry } },
  "host.alive": {
    params: { hostId, pods: [{ ...onePod, generation: 1 }] },
    result: { nextWithinMs: 10_000 },
  },
  "ports.allocate": {
    params: { session: registrationId, count: 10, ttlMs: 60_000 },
    result: { lease: of.portLease },
  },
  "ports.release": { params: { session: registrationId }, result: { released: true } },
  "ports.status": { params: {}, result: { leases: [of.portLease], freeBlocks: 99 } },
  "key.create": {
    params: { label: "ci", role: "agent", agentId: "ci", expiresAtMs: atMs },
    result: { key: of.accessKey, secret: null },
  },
  "key.list": { params: {}, result: { keys: [of.accessKey] } },
  "key.revoke": { params: { key: "k56" }, result: { key: of.accessKey } },
  "handoff.write": {
    params: { summary: "The parser reads ünïcode", nextSteps: ["benchmarks"] },
    result: { handoff: of.handoff },
  },
  "handoff.read": {
    params: { agentName: "worker", limit: 1 },
    result: { handoffs: [of.handoff] },
  },
  "memory.remember": {
    params: { eventType: "decision", summary: "Fixtures are generated", tags: ["tests"] },
    result: { memory: "n52", action: "created" },
  },
  "memory.recall": {
    params: { query: "fixtures", tags: ["tests"], minRelevance: 0.1, minTrust: 1, limit: 5 },
    result: { memories: [of.memory] },
  },
  "memory.purge": { params: { author: registrationId }, result: { purged: 3 } },
  "feature.register": {
    params: { featureId: "parser", resourceClaims: ["src/parser/"], mergePriority: 3 },
    result: { feature: of.feature },
  },
  "feature.deregister": {
    params: { ...oneFeature, status: "cancelled" },
    result: { feature: of.feature },
  },
  "feature.get": { params: oneFeature, result: { feature: of.feature } },
  "feature.list": {
    params: { status: "completed", limit: 10 },
    result: { features: [of.feature] },
  },
  "feature.analyze": {
    params: { candidateFeature: "parser", candidateClaims: ["src/parser/"] },
    result: {
      feasibility: "SEQUENTIAL",
      totalCandidateClaims: 1,
      totalConflictingClaims: 1,
      conflicts: [of.featureConflict],
    },
  },
  "feature.feasibility": {
    params: {},
    result: {
      feasibility: "PARTIAL",
      pairs: [{ feature: "parser", conflict: of.featureConflict }],
      order: ["parser", "lexer"],
    },
  },
  "approval.request": {
    params: { operation: "process.run:deploy", context: { target: "staging" }, timeoutSeconds: 60 },
    result: { approval: of.approval },
  },
  "approval.check": { params: { approval: "a53" }, result: { approval: of.approval } },
  "approval.decide": {
    params: { approval: "a53", decision: "approved", note: "once" },
    result: { approval: of.approval },
  },
  "approval.list": {
    params: { status: "expired", limit: 10 },
    result: { approvals: [of.approval] },
  },
  "guardrail.check": {
    params: { operationText: "git push --force", filePaths: [".env"] },
    result: { safe: false, violations: [of.guardrailViolation] },
  },
  "guardrail.list": { params: {}, result: { patterns: [of.guardrailPattern] } },
  "profile.get": { params: {}, result: { profile: of.profile } },
  "profile.list": { params: {}, result: { profiles: [of.profile] } },
  "policy.check": {
    params: { operation: "repo.write", resource: "src/parser.ts", context: {} },
    result: { allowed: false, reason: "no rule allows it", rule: null },
  },
  "policy.validate": {
    params: { policyText: "permit (", engine: "cedar" },
    result: { valid: false, errors: [{ message: "unexpected end", line: 1, column: 8 }] },
  },
  "policy.list": {
    params: {},
    result: {
      policies: [
        {
          name: "default",
          version: 2,
          engine: "native",
          active: true,
          changedBy: "operator",
          changedAtMs: atMs,
        },
      ],
    },
  },
  "verification.report": { params: report, result: { verification: of.verification } },
  "verification.get": {
    params: { changeId: commitId },
    result: { verifications: [of.verification] },
  },
  "audit.query": {
    params: { agentId: "worker", operation: "claim.acquire", sinceMs: atMs, limit: 10 },
    result: { entries: [of.auditEntry], nextBefore: null },
  },
  "audit.verify": {
    params: { checkpoint: of.checkpoint },
    result: { ok: true, events: 12, firstBad: null, reason: "" },
  },
  "audit.export": {
    params: { from: 1, limit: 100 },
    result: { entries: [of.auditEntry], next: 13, checkpoint: of.checkpoint },
  },
  "activity.read": {
    params: { from: 1, limit: 10, redaction: "clear" },
    result: { events: Object.values(activitySamples), next: null },
  },
  "activity.watch": {
    params: { from: 1, redaction: "metadata" },
    result: { subscription: 6, head: 12 },
  },
};
