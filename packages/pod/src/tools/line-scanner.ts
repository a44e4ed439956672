/**
 * Finds matching lines of one text within a time limit. The loop runs as a script of its own
 * because the engine can stop one: a regular expression that backtracks without end is cut off.
 */
import { createContext, Script } from "node:vm";
import { accepted, refused, type Outcome } from "@podlane/protocol";
import { maxMatchColumns } from "./limits.ts";

export interface LineMatch {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

export interface ScanOptions {
  readonly regex: boolean;
  readonly caseSensitive: boolean;
  readonly limitMs: number;
}

/** At most `limit` matches of one text. Refuses `timeout`. */
export type LineScanner = (text: string, limit: number) => Outcome<readonly LineMatch[]>;

/** A block, so that its names are new at every run; its last expression is the script's value. */
const loop = new Script(`{
  const found = [];
  const lines = text.split("\\n");
  for (let i = 0; i < lines.length && found.length < limit; i++) {
    if (matcher.test(lines[i])) found.push(i);
  }
  found;
}`);

/** Refuses `invalid_request` for a broken regular expression. */
export function createLineScanner(pattern: string, options: ScanOptions): Outcome<LineScanner> {
  let matcher: RegExp;
  try {
    const source = options.regex ? pattern : pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    matcher = new RegExp(source, options.caseSensitive ? "" : "i");
  } catch (error) {
    return refused("invalid_request", (error as Error).message);
  }
  const sandbox: { matcher: RegExp; text: string; limit: number } = { matcher, text: "", limit: 0 };
  const context = createContext(sandbox);
  return accepted((text, limit) => {
    Object.assign(sandbox, { text, limit });
    try {
      const found = loop.runInContext(context, { timeout: options.limitMs }) as number[];
      return accepted(toMatches(text, found));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      return refused("timeout", `the pattern takes more than ${options.limitMs} ms on one file`);
    }
  });
}

function toMatches(text: string, found: readonly number[]): LineMatch[] {
  const lines = text.split("\n");
  return found.map((index) => ({
    line: index + 1,
    text: (lines[index] ?? "").slice(0, maxMatchColumns),
  }));
}
