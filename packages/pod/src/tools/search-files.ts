/**
 * `search_files`: lines that hold a text or match a regular expression, in files git does not
 * ignore. A pattern is an agent's, so it runs under a time limit for each file and for the whole.
 */
import { refused, type Outcome } from "@podlane/protocol";
import { z } from "zod";
import { isText } from "./diff.ts";
import { readWhole } from "./file-access.ts";
import * as limits from "./limits.ts";
import { createLineScanner, type LineMatch, type LineScanner } from "./line-scanner.ts";
import { readableFiles } from "./list-files.ts";
import { done, refusal } from "./result.ts";
import { defineTool, readOnly, type ToolCall } from "./tool.ts";

const SearchFiles = z.object({
  pattern: z.string().min(1).max(limits.maxPatternBytes),
  path: z.string().default("."),
  /** False: the pattern is plain text. */
  regex: z.boolean().default(false),
  case_sensitive: z.boolean().default(true),
  limit: z.int().min(1).max(limits.maxMatches).default(limits.defaultMatches),
});

export interface FileMatch extends LineMatch {
  readonly path: string;
}

interface Found {
  readonly matches: FileMatch[];
  readonly truncated: boolean;
}

export const searchFiles = defineTool({
  name: "search_files",
  description:
    "Finds lines in text files, ignored files excluded. The pattern is plain text unless regex " +
    "is true (JavaScript syntax, one line at a time).",
  params: SearchFiles,
  annotations: readOnly,
  async run(params, call) {
    const scanner = createLineScanner(params.pattern, {
      regex: params.regex,
      caseSensitive: params.case_sensitive,
      limitMs: limits.searchFileMs,
    });
    if (!scanner.ok) return refusal(scanner.error);
    const files = await readableFiles(params.path, call);
    if (!files.ok) return refusal(files.error);
    const found = await scanAll(files.value.files, scanner.value, params.limit, call);
    if (!found.ok) return refusal(found.error);
    const { matches, truncated } = found.value;
    const lines = matches.map((match) => `${match.path}:${match.line}: ${match.text}`);
    if (truncated) lines.push(`… more than ${params.limit} matches`);
    return done(lines.join("\n") || "no matches", { matches, truncated });
  },
});

async function scanAll(
  files: readonly string[],
  scan: LineScanner,
  limit: number,
  call: ToolCall,
): Promise<Outcome<Found>> {
  const deadline = call.ports.nowMs() + limits.searchTotalMs;
  const matches: FileMatch[] = [];
  for (const path of files) {
    if (call.signal.aborted) return refused("interrupted", "the turn was ended");
    if (call.ports.nowMs() > deadline) {
      return refused("timeout", `searched ${limits.searchTotalMs} ms: narrow the path`);
    }
    const text = await readSearchable(path, call);
    if (text === null) continue;
    const found = scan(text, limit + 1 - matches.length);
    if (!found.ok) return refused(found.error.code, `${path}: ${found.error.message}`);
    matches.push(...found.value.map((match) => ({ path, ...match })));
    if (matches.length > limit) {
      return { ok: true, value: { matches: matches.slice(0, limit), truncated: true } };
    }
  }
  return { ok: true, value: { matches, truncated: false } };
}

/** Null for what is not searched: links, binary and large files, files gone meanwhile. */
async function readSearchable(path: string, call: ToolCall): Promise<string | null> {
  const file = await readWhole(call.ports.worktree, path, limits.maxSearchFileBytes);
  return file.ok && isText(file.value.bytes) ? file.value.bytes.toString() : null;
}
