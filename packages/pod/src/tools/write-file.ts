/**
 * `write_file`: creates a file or replaces its whole content.
 */
import { accepted, type ToolResult } from "@podlane/protocol";
import { z } from "zod";
import type { FileDiff } from "./diff.ts";
import { editFiles, type Edited } from "./edit-files.ts";
import { maxFileBytes, maxTextBytes } from "./limits.ts";
import { gatePath } from "./path.ts";
import { done, refusal, refuse } from "./result.ts";
import { defineTool } from "./tool.ts";

const WriteFile = z.object({ path: z.string().min(1), content: z.string() });

/** A file that is new gets what the umask leaves of this. */
export const newFileMode = 0o666;

export const writeFile = defineTool({
  name: "write_file",
  description:
    "Creates a text file, with the folders above it, or replaces its whole content. " +
    "Answers with the diff.",
  params: WriteFile,
  annotations: { readOnly: false, destructive: true, idempotent: true },
  async run(params, call) {
    const bytes = Buffer.from(params.content);
    if (bytes.length > maxFileBytes) {
      return refuse("too_large", `content holds ${bytes.length} bytes, at most ${maxFileBytes}`);
    }
    const gated = await gatePath(call.ports.worktree, params.path);
    if (!gated.ok) return refusal(gated.error);
    const { path } = gated.value;
    if (path === "") return refuse("invalid_request", "the worktree itself is no file");
    const edited = await editFiles(
      [path],
      (before) => accepted(new Map([[path, { bytes, mode: modeOf(before.get(path)) }]])),
      call,
    );
    return edited.ok ? editResult(edited.value) : refusal(edited.error);
  },
});

function modeOf(before: { readonly mode: number } | null | undefined): number {
  return before?.mode ?? newFileMode;
}

/** What an edit answers: the diff as text while it is short, and always as an artifact. */
export function editResult(edited: Edited): ToolResult {
  const files = edited.files.map(({ path, change, additions, deletions }) => ({
    path,
    change,
    additions,
    deletions,
  }));
  if (edited.diff === null) return done("nothing changed", { files });
  const diff = edited.files.map((file) => file.text).join("");
  const summary = edited.files.map(summaryOf).join("\n");
  const shown = Buffer.byteLength(diff) <= maxTextBytes ? `${summary}\n${diff}` : summary;
  return done(shown, { files, diff: edited.diff.id }, [edited.diff]);
}

function summaryOf(file: FileDiff): string {
  return `${file.change} ${file.path} +${file.additions} -${file.deletions}`;
}
