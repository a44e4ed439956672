/**
 * `read_file`: the text of one file, or some of its lines.
 */
import { refused, suffices, type Outcome } from "@podlane/protocol";
import { z } from "zod";
import { isText } from "./diff.ts";
import { readWhole } from "./file-access.ts";
import { maxFileBytes, maxTextBytes } from "./limits.ts";
import { gatePath } from "./path.ts";
import { done, refusal } from "./result.ts";
import { defineTool, readOnly, type ToolCall } from "./tool.ts";

const ReadFile = z.object({
  path: z.string().min(1),
  from_line: z.int().min(1).default(1),
  to_line: z.int().min(1).optional(),
});

export const readFile = defineTool({
  name: "read_file",
  description:
    "Reads a text file of the workspace. Long files are cut: ask for the rest by from_line.",
  params: ReadFile,
  annotations: readOnly,
  async run(params, call) {
    const read = await readText(params.path, call);
    if (!read.ok) return refusal(read.error);
    const lines = read.value.text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    const page = cutToBound(lines.slice(params.from_line - 1, params.to_line));
    const lastLine = params.from_line - 1 + page.length;
    return done(page.join("\n"), {
      path: read.value.path,
      from_line: params.from_line,
      to_line: lastLine,
      total_lines: lines.length,
      truncated: lastLine < Math.min(lines.length, params.to_line ?? lines.length),
      content: page.join("\n"),
    });
  },
});

/** Through the gate and the scope; refuses `unsupported` for what is not UTF-8 text. */
export async function readText(
  input: string,
  call: ToolCall,
): Promise<Outcome<{ readonly path: string; readonly text: string }>> {
  const gated = await gatePath(call.ports.worktree, input);
  if (!gated.ok) return gated;
  const { path } = gated.value;
  if (!suffices(call.ports.permissionOf(path), "read")) {
    return refused("out_of_scope", `${path} may not be read by this pod`);
  }
  const file = await readWhole(call.ports.worktree, path, maxFileBytes);
  if (!file.ok) return file;
  if (!isText(file.value.bytes)) return refused("unsupported", `${path} is binary, not UTF-8 text`);
  call.ports.touched([path], "read");
  return { ok: true, value: { path, text: file.value.bytes.toString() } };
}

/** At least one line, however long: its start is shown. */
function cutToBound(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > maxTextBytes) return kept.length > 0 ? kept : [line.slice(0, maxTextBytes)];
    kept.push(line);
  }
  return kept;
}
