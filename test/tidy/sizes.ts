/** The size rules: files, functions, lines. A file past its limit becomes a folder of its name. */
import { isNode, type Finding, type SourceFile, type SyntaxNode } from "./source-file.ts";

export const maxFileLines = 400;
export const maxFunctionLines = 70;
export const maxColumns = 100;

export function findLongFiles({ path, text }: SourceFile): Finding[] {
  const lines = text.trimEnd().split("\n").length;
  if (lines <= maxFileLines) return [];
  const folder = path.replace(/\.\w+$/, "/");
  const message = `file of ${lines} lines, at most ${maxFileLines}: split it into ${folder}`;
  return [{ path, line: maxFileLines + 1, message }];
}

export function findLongLines({ path, text }: Pick<SourceFile, "path" | "text">): Finding[] {
  return text.split("\n").flatMap((content, index) => {
    const columns = Array.from(content).length;
    const message = `line of ${columns} columns, at most ${maxColumns}: break it`;
    return columns <= maxColumns ? [] : [{ path, line: index + 1, message }];
  });
}

const functionTypes = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

/**
 * Functions over the limit. The callback of `describe` holds tests, not a procedure, so it is
 * measured by its inner functions only; so is a function that is one `describe` and nothing else.
 */
export function findLongFunctions(file: SourceFile): Finding[] {
  const calls = file.nodes.filter(isSuiteCall);
  const suites = new Set([...calls.flatMap(argumentsOf), ...file.nodes.filter(isWrappedSuite)]);
  return file.nodes.flatMap((node) => {
    if (!functionTypes.has(node.type) || suites.has(node)) return [];
    const first = file.lineAt(node.start);
    const lines = file.lineAt(node.end) - first + 1;
    const message = `function of ${lines} lines, at most ${maxFunctionLines}: extract its steps`;
    return lines <= maxFunctionLines ? [] : [{ path: file.path, line: first, message }];
  });
}

/** `describe(…)` or `describe.each(…)(…)`. */
function isSuiteCall(node: SyntaxNode): boolean {
  if (node.type !== "CallExpression" || !isNode(node["callee"])) return false;
  const { callee } = node;
  const each = callee.type === "CallExpression" ? callee["callee"] : undefined;
  const name = isNode(each) && each.type === "MemberExpression" ? each["object"] : callee;
  return isNode(name) && name.type === "Identifier" && name["name"] === "describe";
}

/** A shared suite: a function whose whole body is one suite call. */
function isWrappedSuite(node: SyntaxNode): boolean {
  if (!functionTypes.has(node.type) || !isNode(node["body"])) return false;
  const statements = node["body"]["body"];
  const [only, ...others] = Array.isArray(statements) ? (statements as unknown[]) : [];
  if (!isNode(only) || others.length > 0 || only.type !== "ExpressionStatement") return false;
  return isNode(only["expression"]) && isSuiteCall(only["expression"]);
}

function argumentsOf(node: SyntaxNode): unknown[] {
  return Array.isArray(node["arguments"]) ? node["arguments"] : [];
}
