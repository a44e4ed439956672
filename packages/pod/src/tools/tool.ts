/**
 * What one tool is to the tool host: its definition, and a function from checked parameters to a
 * result.
 */
import type { ToolResult } from "@podlane/protocol";
import type { z } from "zod";
import type { ToolContext, ToolDefinition, ToolPorts } from "./tool-host.ts";

export interface ToolCall extends ToolContext {
  readonly ports: ToolPorts;
  /** Runs work while no other edit of this pod does: an edit reads before it writes. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

export interface Tool extends ToolDefinition {
  run(params: unknown, call: ToolCall): Promise<ToolResult>;
}

export interface ToolSource<P extends z.ZodType> extends ToolDefinition {
  readonly params: P;
  run(params: z.output<P>, call: ToolCall): Promise<ToolResult>;
}

/** Names the parameters' type while a tool is written, and forgets it for the table. */
export function defineTool<P extends z.ZodType>(source: ToolSource<P>): Tool {
  // The host passes only what `params` parsed.
  return { ...source, run: (params, call) => source.run(params as z.output<P>, call) };
}

export const readOnly = { readOnly: true, destructive: false, idempotent: true } as const;
