/**
 * `list_files`: what the workspace holds, as git sees it: tracked and new files, none ignored.
 */
import { isWithin, suffices, type Outcome } from "@podlane/protocol";
import { z } from "zod";
import { defaultListEntries, maxListEntries } from "./limits.ts";
import { gatePath } from "./path.ts";
import { done, refusal } from "./result.ts";
import { defineTool, readOnly, type ToolCall } from "./tool.ts";

const ListFiles = z.object({
  path: z.string().default("."),
  recursive: z.boolean().default(true),
  limit: z.int().min(1).max(maxListEntries).default(defaultListEntries),
});

export const listFiles = defineTool({
  name: "list_files",
  description:
    "Lists files beneath a path, without ignored ones. With recursive false, folders that hold " +
    'files are shown once, ending in "/".',
  params: ListFiles,
  annotations: readOnly,
  async run(params, call) {
    const found = await readableFiles(params.path, call);
    if (!found.ok) return refusal(found.error);
    const { path, files } = found.value;
    const entries = params.recursive ? files : directEntries(path, files);
    const shown = entries.slice(0, params.limit);
    const rest = entries.length - shown.length;
    const text = [...shown, ...(rest > 0 ? [`… ${rest} more`] : [])].join("\n");
    return done(text === "" ? `no files in ${params.path}` : text, {
      path,
      entries: shown,
      total: entries.length,
      truncated: rest > 0,
    });
  },
});

/** Files at or beneath a path that this pod may read, sorted. */
export async function readableFiles(
  input: string,
  call: ToolCall,
): Promise<Outcome<{ readonly path: string; readonly files: readonly string[] }>> {
  const gated = await gatePath(call.ports.worktree, input);
  if (!gated.ok) return gated;
  const { path } = gated.value;
  const all = await call.ports.view.listFiles();
  const files = all.filter(
    (file) => isWithin(file, path) && suffices(call.ports.permissionOf(file), "read"),
  );
  return { ok: true, value: { path, files: files.toSorted() } };
}

function directEntries(path: string, files: readonly string[]): string[] {
  const skip = path === "" ? 0 : path.length + 1;
  const entries = files.map((file) => {
    const end = file.indexOf("/", skip);
    return end < 0 ? file : file.slice(0, end + 1);
  });
  return [...new Set(entries)];
}
