/**
 * Methods that a pod answers: from its parent, the CLI, a console, and (role `agent`) from what
 * runs inside it.
 */
import { z } from "zod";
import { HistoryItem } from "../history.ts";
import { CommandId, Name, PodId } from "../ids.ts";
import { maxDeadlineMs } from "../limits.ts";
import { Message, Receipt } from "../message.ts";
import { mutation, query } from "../method.ts";
import { ReceivedPodEvent } from "../pod-event.ts";
import { PodRecord } from "../pod-record.ts";
import { AgentSpec, MergeSettings, ResourceLimits, RestartPolicy } from "../pod-spec.ts";
import { PodState, Waiting } from "../pod-state.ts";
import { Scope } from "../scope-rule.ts";
import { Segment } from "../segment.ts";
import { Artifact } from "../artifact.ts";
import { ErrorCode } from "../errors.ts";
import { TurnCause } from "../turn.ts";

const Nothing = z.object({});

/** What a pod, or a person through its parent, asks for when it spawns a child. */
export const SpawnChild = z.object({
  name: Name.optional(),
  agent: AgentSpec,
  task: z.string().nullable(),
  scope: Scope.default([]),
  delegate: z.int().min(0).optional(),
  claims: z.array(z.string()).max(64).default([]),
  limits: ResourceLimits.default({}),
  priority: z.int().min(1).max(10).default(5),
  merge: MergeSettings.partial().default({}),
  restart: RestartPolicy.default({ maxRestarts: 0 }),
});
export type SpawnChild = z.infer<typeof SpawnChild>;

export const ChildView = z.object({
  id: PodId,
  name: Name,
  /** The direct child it hangs under, or null for a direct child. */
  via: PodId.nullable(),
  state: PodState,
  socket: z.string().nullable(),
  scope: Scope,
});
export type ChildView = z.infer<typeof ChildView>;

export const PodStatus = z.object({
  id: PodId,
  name: Name,
  generation: z.int(),
  state: PodState,
  waiting: Waiting.nullable(),
  turn: z.object({ n: z.int(), cause: TurnCause }).nullable(),
  turnsTaken: z.int(),
  buffered: z.int(),
  /** Kicks that wait for the wake budget to refill. */
  parkedKicks: z.int(),
  inputWaiting: z.int(),
  settled: z.boolean(),
});
export type PodStatus = z.infer<typeof PodStatus>;

export const ToolResult = z.object({
  ok: z.boolean(),
  code: ErrorCode.nullable(),
  /** Short text for a model. */
  text: z.string(),
  content: z.unknown().optional(),
  artifacts: z.array(Artifact).default([]),
});
export type ToolResult = z.infer<typeof ToolResult>;

export const podMethods = {
  run: mutation(z.object({ input: z.array(Segment).min(1).max(256) }), z.object({ turn: z.int() })),
  notify: mutation(z.object({ message: Message, autoRun: z.boolean().default(true) }), Receipt),
  pod_event: mutation(z.object({ event: ReceivedPodEvent }), z.object({ seq: z.int() })),
  steer: mutation(z.object({ message: Message }), Receipt),
  pause: mutation(Nothing, Nothing),
  resume: mutation(Nothing, Nothing),
  cancel: mutation(z.object({ keepPartial: z.boolean().default(true) }), Nothing),
  shutdown: mutation(
    z.object({
      deadlineMs: z.int().min(0).max(maxDeadlineMs).default(10_000),
      cause: z.enum(["finished", "requested", "timeout"]).default("requested"),
    }),
    Nothing,
  ),
  spawn: mutation(SpawnChild, z.object({ pod: PodRecord }), { deadlineMs: 120_000 }),
  get_history: query(
    z.object({
      fromSeq: z.int().min(0).default(0),
      limit: z.int().min(1).max(10_000).default(1_000),
      notificationsOnly: z.boolean().default(false),
    }),
    z.object({ items: z.array(HistoryItem), nextSeq: z.int().nullable() }),
  ),
  get_status: query(Nothing, PodStatus),
  list_children: query(Nothing, z.object({ children: z.array(ChildView) })),
  subscribe: query(
    z.object({
      fromSeq: z.int().min(0).default(0),
      lanes: z.array(z.enum(["control", "agent"])).default(["control", "agent"]),
    }),
    z.object({ subscription: z.int(), head: z.int() }),
  ),
  answer_input: mutation(
    z.object({ requestId: z.string().max(64), answer: z.string().max(4_096) }),
    Nothing,
  ),
  read_output: query(
    z.object({
      cursor: z.int().min(0).default(0),
      limit: z.int().min(1).max(1_048_576).default(65_536),
    }),
    z.object({ text: z.string(), nextCursor: z.int(), end: z.boolean() }),
  ),
  get_receipt: query(z.object({ commandId: CommandId }), Receipt),
  await_receipt: query(
    z.object({ commandId: CommandId, state: z.enum(["queued", "shown"]).default("shown") }),
    Receipt,
    { deadlineMs: maxDeadlineMs },
  ),
  /** Role `agent`: a tool of the tool host, through the same gates as any agent. */
  tool_call: mutation(z.object({ tool: z.string().max(64), params: z.unknown() }), ToolResult, {
    deadlineMs: maxDeadlineMs,
  }),
} as const;
export type PodMethods = typeof podMethods;
