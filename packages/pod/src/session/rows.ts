/**
 * Reading rows: every value is parsed by its schema, and one that does not parse names its row.
 */
import { z } from "zod";
import {
  AgentVisibleEvent,
  CommandId,
  CommitId,
  ErrorCode,
  Generation,
  Message,
  Name,
  PodId,
  PodState,
  Scope,
  Segment,
  Sender,
  TurnCause,
  TurnOutcome,
  TurnResult,
} from "@podlane/protocol";
import { SessionFault } from "./fault.ts";

/** `what` and `key` name the row: a table's word for it and its key there. */
export function rowName(what: string, key: unknown): string {
  return `${what} ${String(key)}`;
}

/** The parsed JSON of one column. A row that cannot be read stops the pod, and says which. */
export function parseColumn<S extends z.ZodType>(schema: S, json: unknown, row: string) {
  try {
    return schema.parse(JSON.parse(z.string().parse(json)));
  } catch (cause) {
    const message = `the session's ${row} cannot be read; restore the file or remove the pod`;
    throw new SessionFault("corrupt_row", message, { cause });
  }
}

export const TurnRow = z.object({
  n: z.int().min(1),
  cause: TurnCause,
  state: z.enum(["requested", "running", "paused", "closing", "closed"]),
  input: z.array(Segment),
  sender: Sender.nullable(),
  resumed: z.boolean(),
  started: z.boolean(),
  pauseRequested: z.boolean(),
  replaces: z.int().min(1).nullable(),
  ending: z
    .object({
      outcome: TurnOutcome,
      message: z.string().nullable(),
      code: ErrorCode.nullable(),
      fatal: z.boolean(),
      keepPartial: z.boolean(),
    })
    .nullable(),
  result: TurnResult.nullable(),
});

export const ChildRow = z.object({
  id: PodId,
  name: Name,
  via: PodId.nullable(),
  adopted: z.boolean(),
  state: PodState,
  socket: z.string().nullable(),
  scope: Scope,
  generation: Generation,
  turnEndedTaken: z.boolean(),
});

export const MessageRow = z.object({
  type: z.literal("message"),
  commandId: CommandId,
  message: Message,
  sender: Sender,
  body: z.string(),
  acceptedAtMs: z.int(),
  kicks: z.boolean(),
  urgent: z.boolean(),
});

export const EventRow = z.object({
  type: z.literal("pod_event"),
  event: AgentVisibleEvent,
  body: z.string(),
  acceptedAtMs: z.int(),
  kicks: z.boolean(),
  inHistory: z.boolean(),
});

/** A buffer entry as it was accepted, and where it stands in history if it was written ahead. */
export interface WaitingRow<Entry> {
  readonly entry: Entry;
  readonly historySeq: number | null;
}

export const HistorySeq = z.int().min(1).nullable();

const count = z.int().min(0);

/** The schema of each small piece of core state in `kv`. */
export const savedValues = {
  wake: z.object({ tokens: z.number(), atMs: z.number() }),
  overflow: z
    .object({
      messages: count,
      stoppedTurns: count,
      sinceMs: z.int(),
      kicks: z.boolean(),
      urgent: z.boolean(),
    })
    .nullable(),
  joins: z.array(z.object({ child: PodId, commit: CommitId })),
  result: z.object({
    reported: z.string(),
    unreported: z.object({ turn: z.int().min(1), result: TurnResult }).nullable(),
  }),
  approvals: z.array(z.string()),
} as const;
