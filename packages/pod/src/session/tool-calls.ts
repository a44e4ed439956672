/**
 * Tool calls: the intent, with the ids its outside effect will carry, before the effect; the
 * outcome under the same call id after it. An intent without outcome is what recovery probes.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { ToolResult } from "@podlane/protocol";
import { parseColumn } from "./rows.ts";

export interface ToolIntent {
  readonly callId: string;
  readonly turn: number;
  readonly tool: string;
  readonly params: unknown;
  /** What the effect can be found by: commit trailer, command id, content hash. */
  readonly ids: Readonly<Record<string, string>>;
}

export interface ToolCall extends ToolIntent {
  readonly startedAtMs: number;
  readonly outcome: ToolResult | null;
}

export class ToolCalls {
  readonly #intend;
  readonly #conclude;
  readonly #find;
  readonly #open;
  readonly #ofTurn;

  constructor(db: DatabaseSync) {
    this.#intend = db.prepare(
      `insert into tool_calls (call_id, turn, tool, params, intent, started_at)
       values (?, ?, ?, ?, ?, ?)`,
    );
    this.#conclude = db.prepare(
      "update tool_calls set outcome = ?, ended_at = ? where call_id = ? and outcome is null",
    );
    this.#find = db.prepare("select * from tool_calls where call_id = ?");
    this.#open = db.prepare(
      "select * from tool_calls where turn = ? and outcome is null order by rowid",
    );
    this.#ofTurn = db.prepare("select * from tool_calls where turn = ? order by rowid");
  }

  intend({ callId, turn, tool, params, ids }: ToolIntent, atMs: number): void {
    const json = JSON.stringify(params ?? null);
    this.#intend.run(callId, turn, tool, json, JSON.stringify(ids), atMs);
  }

  /** The first outcome stands; false when there is one already, or no such call. */
  conclude(callId: string, outcome: z.input<typeof ToolResult>, atMs: number): boolean {
    const { changes } = this.#conclude.run(JSON.stringify(outcome), atMs, callId);
    return Number(changes) === 1;
  }

  find(callId: string): ToolCall | null {
    const row = this.#find.get(callId);
    return row === undefined ? null : toCall(row);
  }

  open(turn: number): ToolCall[] {
    return this.#open.all(turn).map(toCall);
  }

  /** In the order in which they were started. */
  ofTurn(turn: number): ToolCall[] {
    return this.#ofTurn.all(turn).map(toCall);
  }
}

const Ids = z.record(z.string(), z.string());

function toCall(row: Readonly<Record<string, unknown>>): ToolCall {
  const callId = String(row["call_id"]);
  const name = `tool call ${callId}`;
  return {
    callId,
    turn: Number(row["turn"]),
    tool: String(row["tool"]),
    params: parseColumn(z.unknown(), row["params"], name),
    ids: parseColumn(Ids, row["intent"], name),
    startedAtMs: Number(row["started_at"]),
    outcome: row["outcome"] === null ? null : parseColumn(ToolResult, row["outcome"], name),
  };
}
