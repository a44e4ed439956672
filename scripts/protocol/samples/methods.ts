/** Valid params and a valid result of every method; a method without them does not compile. */
import type { z } from "zod";
import type * as protocol from "../../../packages/protocol/src/index.ts";
import { historySamples } from "./history.ts";
import { newerPodEvent, podEventSamples } from "./pod-events.ts";
import { registration, task } from "./records.ts";
import * as of from "./values.ts";

export interface MethodSample<P, R> {
  readonly params: P;
  readonly result: R;
}

export type Samples<T extends protocol.MethodTable> = {
  readonly [M in keyof T]: MethodSample<z.input<T[M]["params"]>, z.input<T[M]["result"]>>;
};

const nothing = { params: {}, result: {} };
const message = { text: "Look at the tests first" };
const incarnation = { pod: of.podId, generation: 1 };

export const podSamples: Samples<protocol.PodMethods> = {
  run: { params: { input: [{ type: "text", text: "Fix the parser" }] }, result: { turn: 1 } },
  notify: { params: { message, autoRun: false }, result: of.receipt },
  pod_event: { params: { event: newerPodEvent }, result: { seq: 11 } },
  steer: { params: { message }, result: of.receipt },
  pause: nothing,
  resume: nothing,
  cancel: { params: { keepPartial: false }, result: {} },
  shutdown: { params: { deadlineMs: 5_000, cause: "finished" }, result: {} },
  spawn: {
    params: {
      name: "helper",
      agent: of.agent,
      task: null,
      scope: of.scope,
      delegate: 1,
      claims: ["proc:build"],
      limits: { timeSeconds: 60 },
      merge: { mode: "none" },
    },
    result: { pod: of.podRecord },
  },
  get_history: {
    params: { fromSeq: 1, limit: 10, notificationsOnly: true },
    result: { items: Object.values(historySamples), nextSeq: null },
  },
  get_status: {
    params: {},
    result: {
      id: of.podId,
      name: "worker",
      generation: 1,
      state: "running",
      waiting: of.waiting,
      turn: { n: 2, cause: "notification" },
      turnsTaken: 2,
      buffered: 1,
      parkedKicks: 0,
      inputWaiting: 0,
      settled: false,
    },
  },
  list_children: {
    params: {},
    result: {
      children: [
        {
          id: of.subPodId,
          name: "helper",
          via: null,
          state: "idle",
          socket: of.socket,
          scope: of.scope,
        },
      ],
    },
  },
  subscribe: {
    params: { fromSeq: 0, lanes: ["agent"] },
    result: { subscription: 3, head: 12 },
  },
  answer_input: { params: { requestId: "q1", answer: "yes" }, result: {} },
  read_output: {
    params: { cursor: 0, limit: 100 },
    result: { text: "ok\n", nextCursor: 3, end: false },
  },
  get_receipt: { params: { commandId: of.commandId }, result: of.receipt },
  await_receipt: {
    params: { commandId: of.commandId, state: "queued" },
    result: of.receipt,
  },
  tool_call: {
    params: { tool: "read_file", params: { path: "src/parser.ts" } },
    result: { ok: true, code: null, text: "12 lines", content: "…", artifacts: [of.artifact] },
  },
};

export const coordinatorSamples: Samples<protocol.CoordinatorMethods> = {
  "run.submit": { params: { id: of.runId, plan: of.plan }, result: { run: of.runView } },
  "run.get": { params: { run: of.runId }, result: { run: of.runView } },
  "run.list": { params: {}, result: { runs: [of.runView] } },
  "run.cancel": { params: { run: of.runId, mode: "drain" }, result: { run: of.runView } },
  "pod.spawn": {
    params: { parent: of.parentId, spec: of.podSpec },
    result: { pod: of.podRecord },
  },
  "pod.get": { params: { pod: of.podId }, result: { pod: of.podRecord } },
  "pod.list": { params: { all: true }, result: { pods: [of.podRecord] } },
  "pod.wait": { params: { pod: of.podId, until: "settled" }, result: { pod: of.podRecord } },
  "pod.turn_request": {
    params: { ...incarnation, turn: 2, cause: "user" },
    result: { admitted: false, position: 3 },
  },
  "pod.turn_yield": { params: { ...incarnation, turn: 2, waiting: of.waiting }, result: {} },
  "pod.turn_end": {
    params: {
      ...incarnation,
      turn: 2,
      cause: "user",
      outcome: "finished",
      result: of.turnResult,
      message: null,
      code: null,
    },
    result: {},
  },
  "pod.transition": { params: { ...incarnation, state: "idle" }, result: {} },
  "pod.settled": {
    params: { ...incarnation, outboxSeq: 4, inbox: { [of.subPodId]: 9 } },
    result: { settled: true },
  },
  "pod.stop": { params: { pod: of.podId, tree: true }, result: { pods: [of.podId] } },
  "pod.kill": { params: { pod: of.podId }, result: { pods: [of.podId, of.subPodId] } },
  "pod.restart": {
    params: { pod: of.podId, deadlineMs: 5_000 },
    result: { pods: [of.podId] },
  },
  "pod.touched": {
    params: { ...incarnation, paths: ["src/parser.ts"], access: "write" },
    result: {},
  },
  "pod.denied": {
    params: {
      ...incarnation,
      tool: "write_file",
      code: "out_of_scope",
      message: "src/ab is outside the scope",
    },
    result: {},
  },
  "scope.get": {
    params: { pod: of.podId },
    result: { own: of.scope, loans: [of.scope], base: "read" },
  },
  "scope.check": {
    params: { pod: of.podId, path: "src/parser.ts", permission: "write" },
    result: { allowed: true, effective: "write" },
  },
  "claim.acquire": {
    params: { units: ["file:src/parser.ts"], wait: { deadlineMs: 5_000 }, reason: "edit" },
    result: { claim: of.claimView },
  },
  "claim.release": { params: { claim: of.claimId, fence: 40 }, result: { released: true } },
  "claim.renew": { params: {}, result: { renewed: [of.claimId] } },
  "claim.transfer": {
    params: { claim: of.claimId, to: of.subPodId },
    result: { claim: of.claimView },
  },
  "claim.set_capacity": {
    params: { unit: "proc:Test", capacity: 4 },
    result: { unit: "proc:test", capacity: 4 },
  },
  "claim.list": {
    params: { units: ["file:src/parser.ts"] },
    result: {
      claims: [of.claimView],
      capacities: [{ unit: "proc:test", capacity: 4 }],
    },
  },
  "claim.history": {
    params: { unit: "src/parser.ts" },
    result: {
      unit: "file:src/parser.ts",
      claims: [
        {
          claim: of.claimId,
          holder: of.registrationId,
          holderName: "worker",
          units: ["file:src/parser.ts"],
          mode: "exclusive",
          reason: "edit",
          askedAtMs: of.atMs,
          grantedAtMs: of.atMs,
          fence: 12,
          endedAtMs: null,
          how: null,
        },
      ],
      touches: [
        {
          seq: 13,
          atMs: of.atMs,
          pod: of.podId,
          podName: "worker",
          access: "write",
          paths: ["src/parser.ts"],
        },
      ],
    },
  },
  "claim.overlaps": {
    params: {},
    result: {
      overlaps: [
        {
          a: { registration: of.registrationId, name: "worker" },
          b: { registration: of.subPodId, name: "helper" },
          keys: [{ key: "file:src/parser.ts", a: "holds", b: "waits" }],
        },
      ],
      truncated: false,
    },
  },
  "claim.why": { params: { claim: of.claimId }, result: { lines: ["helper holds it"] } },
  "pod.why": { params: { pod: of.podId }, result: { lines: ["it waits for a claim"] } },
  "merge.list": { params: { run: of.runId }, result: { merges: [of.mergeView] } },
  "merge.approve": {
    params: { pod: of.podId, method: "ff" },
    result: { merge: of.mergeView },
  },
  "merge.wait": { params: { merge: of.mergeId }, result: { merge: of.mergeView } },
  "task.submit": {
    params: { taskType: "review", description: "Review it", idempotencyKey: "r-1", dependsOn: [] },
    result: { task: task },
  },
  "task.claim": {
    params: { taskTypes: ["review"], leaseMs: 60_000, wait: { deadlineMs: 5_000 } },
    result: {
      task: null,
      fence: null,
      reason: "requirements_unmet",
      unmet: [{ task: "t50", requirement: "capability review" }],
    },
  },
  "task.renew": { params: {}, result: { renewed: 1 } },
  "task.complete": {
    params: { task: "t50", success: true, result: { lines: 12 }, fence: 60 },
    result: { status: "completed" },
  },
  "task.get": { params: { task: "t50" }, result: { task: task } },
  "task.cancel": { params: { task: "t50", reason: "done" }, result: { status: "cancelled" } },
  "task.list": {
    params: { statuses: ["pending"], taskTypes: ["review"], order: "next", limit: 10 },
    result: { tasks: [task] },
  },
  "registration.register": {
    params: { agentType: "codex", capabilities: ["review"], currentTask: null },
    result: { registration: registration },
  },
  "registration.discover": {
    params: { capability: "review", status: "active", limit: 10 },
    result: { registrations: [registration] },
  },
  "registration.heartbeat": {
    params: { registration: of.registrationId },
    result: { status: "active", nextWithinMs: 10_000 },
  },
  "registration.list": { params: { limit: 10 }, result: { registrations: [registration] } },
  "registration.end": nothing,
  "registration.cleanup": {
    params: { staleThresholdMinutes: 15, dryRun: true },
    result: { ended: [of.registrationId] },
  },
  "inbox.pod_event": { params: { event: podEventSamples.shut_down }, result: { seq: 4 } },
  "inbox.read": {
    params: { fromSeq: 1, limit: 10 },
    result: { entries: [{ seq: 1, at: of.atMs, event: podEventSamples.errored }] },
  },
  "inbox.ack": { params: { upToSeq: 1 }, result: {} },
  "log.read": {
    params: { from: 1, limit: 10, subject: `pod:${of.podId}` },
    result: { events: [of.logEvent], next: 13 },
  },
  "log.watch": {
    params: { from: 1, subjects: [`pod:${of.podId}`] },
    result: { subscription: 4, head: 12 },
  },
  "log.head": { params: {}, result: { seq: 12, hash: "ab12", atMs: of.atMs } },
  "log.verify": {
    params: {},
    result: { ok: false, events: 12, firstBad: 7, reason: "the hash of 7 differs" },
  },
  "server.status": {
    params: {},
    result: {
      pid: 4_242,
      version: "0.1.0",
      startedAtMs: of.atMs,
      logTimeMs: of.atMs,
      stateDir: "/var/lib/podlane",
      store: "/var/lib/podlane/log.db",
      socket: of.socket,
      deadAfterMs: 900_000,
      livingPods: 2,
      clients: 1,
      head: 12,
    },
  },
  "server.stop": { params: { force: true }, result: {} },
};

export const coordinatorPushSamples: Samples<typeof protocol.coordinatorPushMethods> = {
  "task.lost": { params: { task: "t50", fence: 60, how: "cancelled" }, result: {} },
  "claim.granted": { params: { claim: of.claimView }, result: {} },
  "claim.lost": { params: { claim: of.claimId, how: "expired" }, result: {} },
};

export const hostReportSamples: Samples<protocol.HostReportMethods> = {
  "host.attach": {
    params: { hostId: of.hostId, capacity: 8, labels: ["linux"], backends: ["bubblewrap"] },
    result: { hostId: of.hostId },
  },
  "host.started": {
    params: {
      ...incarnation,
      process: of.podProcess,
      branch: null,
      worktree: "/srv/worktrees/worker",
      baseCommit: of.commitId,
    },
    result: {},
  },
  "host.ready": { params: { ...incarnation, socket: of.socket }, result: {} },
  "host.exited": {
    params: { ...incarnation, exit: of.podExit, lastSeq: 4 },
    result: { restarts: false },
  },
  "host.collected": { params: { pod: of.podId, snapshot: "refs/podlane/kept/1" }, result: {} },
  "host.merge_report": {
    params: { merge: of.mergeId, fence: 43, outcome: { kind: "landed", landed: of.landed } },
    result: {},
  },
};

export const hostOrderSamples: Samples<protocol.HostOrderMethods> = {
  "host.start": {
    params: {
      ...incarnation,
      attempt: 1,
      parent: null,
      path: "worker",
      scope: of.scope,
      spec: of.podSpec,
    },
    result: {},
  },
  "host.signal": {
    params: { ...incarnation, mode: "kill", deadlineMs: 0, cause: "requested" },
    result: {},
  },
  "host.collect": { params: { pod: of.podId, landed: true }, result: {} },
  "host.merge": {
    params: {
      merge: of.mergeId,
      fence: 43,
      land: true,
      base: "main",
      baseCommit: of.commitId,
      branch: "agent/worker/k3x9",
      commit: of.commitId,
      method: "merge",
      gate: "npm test",
      setup: of.setup,
      resultBranch: "podlane/r0123",
      message: "Merge worker",
    },
    result: {},
  },
  "host.take_inbox": {
    params: { pod: of.podId },
    result: { events: [podEventSamples.turn_ended] },
  },
};
