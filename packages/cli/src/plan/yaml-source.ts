/**
 * Reads a YAML file against a schema and reports every problem with its line.
 */
import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";

/** One thing wrong with a file a person wrote; lines and columns count from 1. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  /** Where in the document: `tasks.2.agent`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

export interface ParsedSource<T> {
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
  /** The place of a value (or of the nearest one above it that exists). */
  locate(path: readonly (string | number)[]): { line: number; column: number };
}

/** More errors than this are not read by anybody. */
const maxProblems = 50;

/** A plan of a thousand tasks needs few; a billion-laughs file ends here. */
const maxAliases = 100;

export function parseYaml<S extends z.ZodType>(text: string, schema: S): ParsedSource<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const locate = (path: readonly (string | number)[]) => place(document, lines, path);
  const syntax = [...document.errors, ...document.warnings].map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { line, column: col, path: "", message: firstLine(error.message) };
  });
  if (syntax.length > 0)
    return { value: undefined, problems: syntax.slice(0, maxProblems), locate };
  const plain = toPlain(document);
  if (plain === null) {
    const message = `aliases expand to more than ${maxAliases} values`;
    return { value: undefined, problems: [{ line: 1, column: 1, path: "", message }], locate };
  }
  const parsed = schema.safeParse(plain.value);
  if (parsed.success) return { value: parsed.data, problems: [], locate };
  const problems = parsed.error.issues.slice(0, maxProblems).map((issue) => {
    const path = issuePath(issue);
    return { ...locate(path), path: path.join("."), message: issueText(issue) };
  });
  return { value: undefined, problems, locate };
}

/** Null for a file whose aliases explode: the library counts, and throws a ReferenceError. */
function toPlain(document: Document): { readonly value: unknown } | null {
  try {
    return { value: document.toJS({ maxAliasCount: maxAliases }) as unknown };
  } catch (cause) {
    if (cause instanceof ReferenceError) return null;
    throw cause;
  }
}

function issuePath(issue: z.core.$ZodIssue): (string | number)[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const unknownKey = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  return unknownKey === undefined ? path : [...path, unknownKey];
}

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code !== "unrecognized_keys") return issue.message;
  return `unknown key${issue.keys.length > 1 ? "s" : ""} ${issue.keys.join(", ")}`;
}

function place(document: Document, lines: LineCounter, path: readonly (string | number)[]) {
  for (let length = path.length; length >= 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset === undefined) continue;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  }
  return { line: 1, column: 1 };
}

/** The key's offset where the parent is a map, so that a wrong key points at itself. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent: unknown = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isNode(item.key) && String(item.key) === path.at(-1));
    if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0];
  }
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? message;
}
