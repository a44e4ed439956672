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
 * measured by its inner functions only.
 */
export function findLongFunctions(file: SourceFile): Finding[] {
  const suites = new Set(file.nodes.filter(isSuiteCall).flatMap(argumentsOf));
  return file.nodes.flatMap((node) => {
    if (!functionTypes.has(node.type) || suites.has(node)) return [];
    const first = file.lineAt(node.start);
    const lines = file.lineAt(node.end) - first + 1;
    const message = `function of ${lines} lines, at most ${maxFunctionLines}: extract its steps`;
    return lines <= maxFunctionLines ? [] : [{ path: file.path, line: first, message }];
  });
}

function isSuiteCall(node: SyntaxNode): boolean {
  if (node.type !== "CallExpression" || !isNode(node["callee"])) return false;
  return node["callee"].type === "Identifier" && node["callee"]["name"] === "describe";
}

function argumentsOf(node: SyntaxNode): unknown[] {
  return Array.isArray(node["arguments"]) ? node["arguments"] : [];
}
