/**
 * Records each tool call: the intent with its id before it runs, the outcome under the same id
 * after it, both also in history.
 */
import type { NewHistoryItem, ToolResult } from "@podlane/protocol";

export interface CallLog {
  /** Numbers calls within the pod's life; never repeats after a restart. */
  nextCallId(): string;
  intend(call: { callId: string; turn: number | null; tool: string; params: unknown }): void;
  conclude(callId: string, result: ToolResult): void;
  append(item: NewHistoryItem): void;
  monotonicMs(): number;
}

export interface RequestedCall {
  readonly turn: number | null;
  readonly tool: string;
  readonly params: unknown;
}

export async function recordedCall(
  log: CallLog,
  call: RequestedCall,
  run: (callId: string) => Promise<ToolResult>,
): Promise<ToolResult> {
  const callId = log.nextCallId();
  const { turn, tool, params } = call;
  log.intend({ callId, ...call });
  log.append({ type: "tool_call", turn, callId, tool, params });
  const startedMs = log.monotonicMs();
  const result = await run(callId);
  const durationMs = log.monotonicMs() - startedMs;
  log.conclude(callId, result);
  const { ok, code, text, artifacts } = result;
  log.append({ type: "tool_result", turn, callId, ok, code, text, artifacts, durationMs });
  return result;
}
