/**
 * The values that samples are made of: one small, whole world in which everything fits together.
 */
import type { z } from "zod";
import type * as protocol from "../../../packages/protocol/src/index.ts";

export const podId = "pworker0001";
export const parentId = "pleader0001";
export const subPodId = "phelper0001";
export const runId = "r0123456789abcdef";
export const claimId = "c42";
export const mergeId = "m43";
export const hostId = "host-1";
export const registrationId = `pod:${podId}`;
export const commitId = "0123456789abcdef0123456789abcdef01234567";
export const artifactId = `sha256:${"0123456789abcdef".repeat(4)}`;
export const atMs = 1_767_225_600_000;
export const commandId = { client: "cli-1", n: 7 };
export const socket = "/run/podlane/worker.sock";

export const artifact: z.input<typeof protocol.Artifact> = {
  id: artifactId,
  kind: "diff",
  bytes: 512,
  mediaType: "text/x-diff",
  label: "src/parser.ts",
};

export const turnResult: z.input<typeof protocol.TurnResult> = {
  summary: "Fixed the parser; wörks 🛶",
  artifacts: [artifact],
  branch: "agent/fix-parser/k3x9",
  commit: commitId,
  usage: { inputTokens: 1_200, outputTokens: 80, costMicroUsd: 900, toolCalls: 3, durationMs: 5 },
};

export const waiting: z.input<typeof protocol.Waiting> = {
  reason: "claim",
  on: [claimId, "file:src/parser.ts"],
  sinceMs: atMs,
};

export const scope: z.input<typeof protocol.Scope> = [
  { target: "src", permission: "write" },
  { effect: "deny", target: "src/gen", permission: "write", recursive: false },
];

export const inputRequest: z.input<typeof protocol.InputRequest> = {
  id: "q1",
  text: "Delete the fixture?",
  options: ["yes", "no"],
  deadlineAt: null,
};

export const agent: z.input<typeof protocol.AgentSpec> = {
  driver: "shell",
  command: ["sh", "-c", "make test"],
};

export const setup: z.input<typeof protocol.Setup> = { run: "npm ci", link: ["node_modules"] };

export const podSpec: z.input<typeof protocol.PodSpec> = {
  name: "worker",
  agent,
  task: "Fix the parser",
  scope,
  start: { branch: "main", commit: commitId },
  merge: { mode: "auto", gate: "npm test" },
  settings: {},
};

export const processExit = { code: null, signal: "SIGKILL" };

export const podExit: z.input<typeof protocol.PodExit> = {
  ...processExit,
  cause: "killed",
  dirty: ["src/parser.ts"],
  lastOutput: "Killed\n",
};

export const podProcess = { pid: 4_242, startTime: "123456" };

export const podRecord: z.input<typeof protocol.PodRecord> = {
  id: podId,
  name: "worker",
  path: "leader/worker",
  generation: 1,
  state: "idle",
  waiting: null,
  parent: parentId,
  children: [],
  agent,
  task: "Fix the parser",
  scope,
  delegate: 2,
  priority: 5,
  hostId,
  process: podProcess,
  socket,
  branch: "agent/worker/k3x9",
  worktree: "/srv/worktrees/worker",
  baseCommit: commitId,
  turn: null,
  lastTurn: {
    turn: 1,
    cause: "user",
    outcome: "finished",
    result: turnResult,
    message: null,
    code: null,
  },
  settled: true,
  runId: null,
  taskId: null,
  startedAtMs: atMs,
  changedAtMs: atMs,
  exit: null,
  lastSeq: 0,
  restarts: { used: 0, max: 3 },
  quarantined: false,
};

export const claimView: z.input<typeof protocol.ClaimView> = {
  id: claimId,
  units: ["file:src/parser.ts"],
  mode: "exclusive",
  state: "queued",
  holder: registrationId,
  holderName: "worker",
  fence: null,
  position: 1,
  blockedBy: [{ claim: "c41", holder: `pod:${subPodId}`, holderName: "helper" }],
  reason: "edit",
  until: "release",
  sinceMs: atMs,
  expiresAtMs: null,
};

export const plan: z.input<typeof protocol.Plan> = {
  path: "plan.yaml",
  base: { branch: "main", commit: commitId },
  tasks: [{ id: "worker", spec: podSpec }],
};

export const runView: z.input<typeof protocol.RunView> = {
  id: runId,
  path: "plan.yaml",
  state: "active",
  outcome: null,
  maxConcurrentAgents: 5,
  base: { branch: "main", commit: commitId },
  tasks: [
    {
      id: "worker",
      state: "running",
      pod: podId,
      attempt: 1,
      outcome: null,
      branch: null,
      commit: null,
      merge: null,
      waitsFor: [],
      why: null,
      startedAtMs: atMs,
      endedAtMs: null,
      message: null,
    },
  ],
  submittedAtMs: atMs,
  endedAtMs: null,
};

export const landed: z.input<typeof protocol.Landed> = {
  commit: commitId,
  baseMoved: true,
  branch: "main",
  finish: null,
};

export const conflict: z.input<typeof protocol.MergeProblem> = {
  kind: "conflict",
  files: ["src/parser.ts"],
  branches: ["agent/worker/k3x9", "agent/helper/p0q1"],
};

export const mergeView: z.input<typeof protocol.MergeView> = {
  id: mergeId,
  pod: podId,
  podName: "worker",
  runId: null,
  branch: "agent/worker/k3x9",
  commit: commitId,
  base: "main",
  mode: "review",
  method: "squash",
  gate: null,
  priority: 5,
  state: "blocked",
  problem: conflict,
  landed: null,
  queuedAtMs: atMs,
  changedAtMs: atMs,
};

export const receipt: z.input<typeof protocol.Receipt> = {
  commandId,
  state: "shown",
  turn: 2,
  at: atMs,
};

export const logEvent: z.input<typeof protocol.LogEventEnvelope> = {
  seq: 12,
  atMs,
  v: 1,
  kind: "pod.quiet",
  subject: `pod:${podId}`,
  actor: { role: "pod", id: podId },
  commandId,
  data: { generation: 1, outboxSeq: 3, inbox: {} },
};
