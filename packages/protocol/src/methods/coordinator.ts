/**
 * Methods that a coordinator answers, one group a resource. Every one of them is also what the
 * CLI (and later MCP and HTTP) calls.
 */
import { z } from "zod";
import { AcquireClaim, ClaimView } from "../claim.ts";
import { ClaimId, Generation, MergeId, PodId, RunId } from "../ids.ts";
import { InboxMarks } from "../log-event/pods.ts";
import { LogEventEnvelope } from "../log-event.ts";
import { denialCodes } from "../errors.ts";
import { maxDeadlineMs, maxDenialMessage } from "../limits.ts";
import { MergeView } from "../merge.ts";
import { mutation, query } from "../method.ts";
import { ReceivedPodEvent } from "../pod-event.ts";
import { MergeMethod, PodSpec } from "../pod-spec.ts";
import { PodRecord } from "../pod-record.ts";
import { PodState, Waiting } from "../pod-state.ts";
import { Plan, RunView } from "../run.ts";
import { Permission, Scope } from "../scope-rule.ts";
import { TurnCause, TurnOutcome, TurnResult } from "../turn.ts";

const Nothing = z.object({});
const OnePod = z.object({ pod: PodId });
const Turn = z.object({ pod: PodId, generation: Generation, turn: z.int().min(1) });

export const runMethods = {
  /** The same id continues a drained or stopped run; a finished one answers its view. */
  "run.submit": mutation(z.object({ id: RunId, plan: Plan }), z.object({ run: RunView })),
  "run.get": query(z.object({ run: RunId }), z.object({ run: RunView })),
  "run.list": query(Nothing, z.object({ runs: z.array(RunView) })),
  "run.cancel": mutation(
    z.object({ run: RunId, mode: z.enum(["drain", "now"]) }),
    z.object({ run: RunView }),
  ),
} as const;

export const podCommandMethods = {
  "pod.spawn": mutation(
    z.object({ parent: PodId.nullable(), spec: PodSpec }),
    z.object({ pod: PodRecord }),
  ),
  "pod.get": query(OnePod, z.object({ pod: PodRecord })),
  "pod.list": query(
    z.object({ all: z.boolean().default(false) }),
    z.object({ pods: z.array(PodRecord) }),
  ),
  /** Long poll: answers once the pod is ready, settled or ended (a pod that ended is all three). */
  "pod.wait": query(
    z.object({ pod: PodId, until: z.enum(["ready", "settled", "ended"]) }),
    z.object({ pod: PodRecord }),
    { deadlineMs: maxDeadlineMs },
  ),
  "pod.turn_request": mutation(
    Turn.extend({ cause: TurnCause, resumed: z.boolean().default(false) }),
    z.object({ admitted: z.boolean(), position: z.int().min(0) }),
  ),
  /** Gives up the slot of a running turn that waits; refused `deadlock` if the wait is a cycle. */
  "pod.turn_yield": mutation(Turn.extend({ waiting: Waiting }), Nothing),
  "pod.turn_end": mutation(
    Turn.extend({
      cause: TurnCause,
      outcome: TurnOutcome,
      result: TurnResult.nullable(),
      message: z.string().nullable(),
    }),
    Nothing,
  ),
  "pod.transition": mutation(
    z.object({
      pod: PodId,
      generation: Generation,
      state: PodState,
      waiting: Waiting.nullable().default(null),
    }),
    Nothing,
  ),
  /** "I have nothing left to do": the tree is settled when all its pods are and marks agree. */
  "pod.settled": mutation(
    z.object({
      pod: PodId,
      generation: Generation,
      outboxSeq: z.int().min(0),
      inbox: InboxMarks,
    }),
    z.object({ settled: z.boolean() }),
  ),
  "pod.stop": mutation(
    OnePod.extend({
      deadlineMs: z.int().min(0).max(3_600_000).default(10_000),
      cause: z.enum(["finished", "requested", "timeout"]).default("requested"),
      tree: z.boolean().default(false),
    }),
    z.object({ pods: z.array(PodId) }),
  ),
  "pod.kill": mutation(
    OnePod.extend({ tree: z.boolean().default(false) }),
    z.object({ pods: z.array(PodId) }),
  ),
  "pod.touched": mutation(
    z.object({
      pod: PodId,
      generation: Generation,
      paths: z.array(z.string()).max(256),
      access: z.enum(["read", "write"]),
    }),
    Nothing,
  ),
  /** What the pod's own gates denied its agent; the coordinator only keeps the record. */
  "pod.denied": mutation(
    z.object({
      pod: PodId,
      generation: Generation,
      tool: z.string().max(64),
      code: z.enum(denialCodes),
      message: z.string().max(maxDenialMessage),
    }),
    Nothing,
  ),
} as const;

export const scopeMethods = {
  "scope.get": query(OnePod, z.object({ own: Scope, loans: z.array(Scope), base: Permission })),
  "scope.check": query(
    OnePod.extend({ path: z.string(), permission: z.enum(["read", "write"]) }),
    z.object({ allowed: z.boolean(), effective: Permission }),
  ),
} as const;

export const claimMethods = {
  "claim.acquire": mutation(AcquireClaim, z.object({ claim: ClaimView }), {
    hot: ["units", "mode", "ttlMs", "wait", "priority", "reason"],
  }),
  "claim.release": mutation(
    z.object({ claim: ClaimId, fence: z.int().optional() }),
    z.object({ released: z.boolean() }),
    { hot: ["claim", "fence"] },
  ),
  "claim.renew": mutation(Nothing, z.object({ renewed: z.int().min(0) })),
  "claim.transfer": mutation(
    z.object({ claim: ClaimId, to: PodId }),
    z.object({ claim: ClaimView }),
  ),
  "claim.list": query(
    z.object({ units: z.array(z.string()).max(256).optional() }),
    z.object({ claims: z.array(ClaimView) }),
  ),
  "claim.why": query(z.object({ claim: ClaimId }), z.object({ lines: z.array(z.string()) })),
  "pod.why": query(OnePod, z.object({ lines: z.array(z.string()) })),
} as const;

export const mergeMethods = {
  "merge.list": query(
    z.object({ run: RunId.optional() }),
    z.object({ merges: z.array(MergeView) }),
  ),
  /** Lands a branch that is `ready`, or queues a settled pod's branch that is in no queue. */
  "merge.approve": mutation(
    z.object({ pod: PodId, method: MergeMethod.optional() }),
    z.object({ merge: MergeView }),
  ),
  "merge.wait": query(z.object({ merge: MergeId }), z.object({ merge: MergeView }), {
    deadlineMs: maxDeadlineMs,
  }),
} as const;

export const inboxMethods = {
  "inbox.pod_event": mutation(z.object({ event: ReceivedPodEvent }), z.object({ seq: z.int() })),
  "inbox.read": query(
    z.object({ fromSeq: z.int().min(0).default(0), limit: z.int().min(1).max(1_000).default(100) }),
    z.object({
      entries: z.array(z.object({ seq: z.int(), at: z.int(), event: ReceivedPodEvent })),
    }),
  ),
  "inbox.ack": mutation(z.object({ upToSeq: z.int() }), Nothing),
} as const;

export const logMethods = {
  "log.read": query(
    z.object({
      from: z.int().min(1).default(1),
      limit: z.int().min(1).max(1_000).default(500),
      subject: z.string().optional(),
    }),
    z.object({ events: z.array(LogEventEnvelope), next: z.int().nullable() }),
  ),
  /** Events from `from` on, then live; `subjects` narrows it. Data is a `LogEventEnvelope`. */
  "log.watch": query(
    z.object({
      from: z.int().min(1).optional(),
      subjects: z.array(z.string()).max(256).optional(),
    }),
    z.object({ subscription: z.int(), head: z.int() }),
  ),
  "log.head": query(Nothing, z.object({ seq: z.int(), hash: z.string(), atMs: z.int() })),
  "log.verify": query(
    Nothing,
    z.object({
      ok: z.boolean(),
      events: z.int(),
      firstBad: z.int().nullable(),
      reason: z.string(),
    }),
    { deadlineMs: 600_000 },
  ),
} as const;

export const serverMethods = {
  "server.status": query(
    Nothing,
    z.object({
      pid: z.int(),
      version: z.string(),
      startedAtMs: z.int(),
      /** The log's own time now: what ages of things on the log are measured with. */
      logTimeMs: z.int(),
      stateDir: z.string(),
      socket: z.string(),
      livingPods: z.int(),
      clients: z.int(),
      head: z.int(),
    }),
  ),
  /** Ends the coordinator; pods go on. Refused `busy` while pods live, unless forced. */
  "server.stop": mutation(z.object({ force: z.boolean().default(false) }), Nothing),
} as const;

export const coordinatorMethods = {
  ...runMethods,
  ...podCommandMethods,
  ...scopeMethods,
  ...claimMethods,
  ...mergeMethods,
  ...inboxMethods,
  ...logMethods,
  ...serverMethods,
} as const;
export type CoordinatorMethods = typeof coordinatorMethods;

/** What the coordinator asks of a pod over the pod's own connection. */
export const coordinatorPushMethods = {
  /** Its response is the acceptance; a grant that is not accepted in time lapses. */
  "claim.granted": query(z.object({ claim: ClaimView }), Nothing, { deadlineMs: 5_000 }),
} as const;
