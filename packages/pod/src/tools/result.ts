/**
 * How a tool answers: done, refused, or done with a bad end.
 */
import type { Artifact, ErrorCode, Refusal, ToolResult } from "@podlane/protocol";

/** The tool did what it was asked. `content` is for programs, `text` for a model. */
export function done(
  text: string,
  content: Readonly<Record<string, unknown>> = {},
  artifacts: readonly Artifact[] = [],
): ToolResult {
  return { ok: true, code: null, text, content, artifacts: [...artifacts] };
}

/** The tool did nothing, or only what `text` says. */
export function refusal(error: Refusal): ToolResult {
  const data = error.data === undefined ? {} : { content: error.data };
  return { ok: false, code: error.code, text: error.message, ...data, artifacts: [] };
}

/** The same, from its parts. */
export function refuse(code: ErrorCode, text: string): ToolResult {
  return { ok: false, code, text, artifacts: [] };
}
