/** The exported names of each package, pinned in test/surface/ so that a review sees a change. */
import { expect, test } from "vitest";
import { exportedEntries, readText } from "./tidy/repository.ts";
import { isNode, parseSource, type SyntaxNode } from "./tidy/source-file.ts";

function nameOf(node: unknown): string {
  return isNode(node) ? String(node["name"] ?? node["value"]) : "?";
}

function namesDeclared(declaration: unknown): string[] {
  if (!isNode(declaration)) return [];
  const { declarations } = declaration;
  if (!Array.isArray(declarations)) return [nameOf(declaration["id"])];
  return declarations.map((item: SyntaxNode) => nameOf(item["id"]));
}

function namesExported(node: SyntaxNode): string[] {
  if (node.type === "ExportAllDeclaration") return [`* from ${nameOf(node["source"])}`];
  if (node.type !== "ExportNamedDeclaration") return [];
  const specifiers = Array.isArray(node["specifiers"]) ? node["specifiers"] : [];
  return [
    ...namesDeclared(node["declaration"]),
    ...specifiers.map((item: SyntaxNode) => nameOf(item["exported"])),
  ];
}

function readSurface(path: string, text: string): string {
  const names = parseSource(path, text).nodes.flatMap(namesExported);
  return `${path}\n${names
    .toSorted()
    .map((name) => `  ${name}\n`)
    .join("")}`;
}

test("every form of export is seen", () => {
  const text = [
    'export { b, c as d, type E } from "./b.ts";',
    "export const f = 1, g = 2;",
    "export function h() {}",
    "export interface I {}",
    'export * from "./j.ts";',
  ].join("\n");
  const names = ["* from ./j.ts", "E", "I", "b", "d", "f", "g", "h"];
  expect(readSurface("a.ts", text)).toBe(`a.ts\n${names.map((name) => `  ${name}\n`).join("")}`);
});

test.each(["protocol", "pod", "coordinator", "cli"])(
  "@podlane/%s exports the names it is pinned to",
  async (name) => {
    const surface = exportedEntries(name).map((path) => readSurface(path, readText(path)));
    await expect(surface.join("")).toMatchFileSnapshot(`surface/${name}.txt`);
  },
);
