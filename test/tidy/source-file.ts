/**
 * What the tidy rules know of one file: its text, its syntax tree, what it imports, where its
 * functions begin and end. Everything comes from a parser, so no rule is fooled by a comment.
 */
import { parseSync, visitorKeys } from "oxc-parser";

export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}
export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
}
export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly nodes: readonly SyntaxNode[];
  readonly imports: readonly ImportSite[];
  readonly lineAt: (offset: number) => number;
}
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** Parses one file; a syntax error is thrown, because no rule can hold for what does not parse. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const nodes = [...walk(program)];
  const lineAt = lineFinder(text);
  const imports = nodes.flatMap((node) => {
    const specifier = importedSpecifier(node);
    return specifier === undefined ? [] : [{ specifier, line: lineAt(node.start) }];
  });
  return { path, text, nodes, imports, lineAt };
}

/** `file:line message`, as every failure of a tidy test is shown. */
export function showFindings(findings: readonly Finding[]): string {
  return findings.map(({ path, line, message }) => `${path}:${line} ${message}`).join("\n");
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The dotted name of a callee or member: `process.env.HOME`, `test.each(…)` without its calls. */
export function dottedName(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === "Identifier") return String(value["name"]);
  if (value.type === "CallExpression") return dottedName(value["callee"]);
  if (value.type !== "MemberExpression" || value["computed"] === true) return undefined;
  const object = dottedName(value["object"]);
  const property = dottedName(value["property"]);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

function* walk(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const item of value) yield* walk(item);
  if (!isNode(value)) return;
  yield value;
  for (const key of visitorKeys[value.type] ?? []) yield* walk(value[key]);
}

const importingTypes = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

function importedSpecifier(node: SyntaxNode): string | undefined {
  if (!importingTypes.has(node.type)) return undefined;
  const { source } = node;
  return isNode(source) && typeof source["value"] === "string" ? source["value"] : undefined;
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    const next = starts.findIndex((start) => start > offset);
    return next < 0 ? starts.length : next;
  };
}
