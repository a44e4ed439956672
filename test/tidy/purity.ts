/** The purity rule: `core/` is a function of its input, or replay could not trust it. */
import { dottedName, type Finding, type SourceFile, type SyntaxNode } from "./source-file.ts";

/** What core may not name, and where it comes from instead. */
const impure: Readonly<Record<string, string>> = {
  "Date.now": "take `nowMs` from the input",
  "Math.random": "take the id or number from the input",
  process: "take the setting from the input",
  performance: "take the time from the input",
  crypto: "take the id or digest from the input",
  setTimeout: "return an effect with its due time",
  setInterval: "return an effect with its due time",
  setImmediate: "return an effect",
  queueMicrotask: "return an effect",
  fetch: "return an effect",
  Promise: "return an effect; shell awaits it",
};

export function findImpurity(file: SourceFile): Finding[] {
  if (!/^packages\/[^/]+\/src\/(.*\/)?core\//.test(file.path)) return [];
  const properties = new Set(file.nodes.flatMap(propertyName));
  return file.nodes.flatMap((node) => {
    const fault = properties.has(node) ? undefined : impurityOf(node);
    if (fault === undefined) return [];
    return [{ path: file.path, line: file.lineAt(node.start), message: `core is pure: ${fault}` }];
  });
}

/** `event.process` and `{ process: 1 }` name a field, not the global. */
function propertyName(node: SyntaxNode): unknown[] {
  if (node["computed"] === true) return [];
  if (node.type === "MemberExpression") return [node["property"]];
  const isKey = /^(Property|TSPropertySignature|PropertyDefinition)$/.test(node.type);
  return isKey && node["shorthand"] !== true ? [node["key"]] : [];
}

function impurityOf(node: SyntaxNode): string | undefined {
  if (node["async"] === true) return "no `async`; return an effect";
  if (node.type === "AwaitExpression") return "no `await`; take the result from the input";
  if (node.type === "NewExpression" && dottedName(node["callee"]) === "Date") {
    const { arguments: given } = node;
    if (Array.isArray(given) && given.length === 0)
      return "`new Date()`: take `nowMs` from the input";
  }
  const name =
    node.type === "Identifier" || node.type === "MemberExpression" ? dottedName(node) : "";
  const remedy = name === undefined || !Object.hasOwn(impure, name) ? undefined : impure[name];
  return remedy === undefined ? undefined : `\`${name}\`: ${remedy}`;
}
