/** Finds which tests name which requirement: `verifies("R1", …)` in the title of a test. */
import { dottedName, isNode, type SourceFile, type SyntaxNode } from "./source-file.ts";

export interface Verification {
  readonly id: string;
  readonly path: string;
  readonly line: number;
}

const testName = /^(test|it)(\.(each|concurrent|for|extend))*$/;

/** A call of `verifies` outside a title is no verification: no test stands behind it. */
export function findVerifications(file: SourceFile): Verification[] {
  return file.nodes.filter(isTest).flatMap((call) => {
    const title = argumentsOf(call)[0];
    return file.nodes
      .filter((node) => isVerifies(node) && isWithin(node, title))
      .flatMap((node) => argumentsOf(node))
      .filter((argument) => argument.type === "Literal")
      .map(({ value }) => ({ id: String(value), path: file.path, line: file.lineAt(call.start) }));
  });
}

/** Every id given to `verifies`, wherever it is called. */
export function findClaimedIds(file: SourceFile): string[] {
  return file.nodes.filter(isVerifies).flatMap((node) => {
    return argumentsOf(node).map(({ value }) => String(value));
  });
}

function isTest(node: SyntaxNode): boolean {
  return node.type === "CallExpression" && testName.test(dottedName(node["callee"]) ?? "");
}

function isVerifies(node: SyntaxNode): boolean {
  return node.type === "CallExpression" && dottedName(node["callee"]) === "verifies";
}

function argumentsOf(node: SyntaxNode): SyntaxNode[] {
  return Array.isArray(node["arguments"]) ? node["arguments"].filter(isNode) : [];
}

function isWithin(node: SyntaxNode, outer: SyntaxNode | undefined): boolean {
  return outer !== undefined && node.start >= outer.start && node.end <= outer.end;
}
