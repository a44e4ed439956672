/** docs/scope.md is the reference: its tables are tried here, its code is this file's. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { effectivePermission, effectiveScope } from "../../src/scope/effective-scope.ts";
import { checkLend } from "../../src/scope/lend.ts";
import { formatScopeRule, parseScopeRule } from "../../src/scope/rule-text.ts";
import { rules, unwrap } from "./rules.ts";

const page = readFileSync(new URL("../../../../docs/scope.md", import.meta.url), "utf8");
const here = readFileSync(new URL(import.meta.url), "utf8");
const tables = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|").slice(1, -1));

function codes(cell: string | undefined): string[] {
  return [...(cell ?? "").matchAll(/`([^`]*)`/g)].map((match) => match[1] ?? "");
}

describe("the table of rules", () => {
  const listed = tables.filter((row) => row.length === 2).flatMap((row) => codes(row[0]));

  it.each(listed)("%s is a rule in its shortest form", (text) => {
    expect(formatScopeRule(unwrap(parseScopeRule(text)))).toBe(text);
  });
});

describe("the table of permissions", () => {
  const listed = tables.filter((row) => row.length === 4 && row[2]?.includes("`"));

  it.each(listed.map((row) => row.map((cell) => cell.trim())))(
    "a %s pod with %s at %s: %s",
    (rank, scope, path, permission) => {
      const own = rules(...codes(scope));
      const effective = effectiveScope(rank === "child" ? "child" : "top_level", own);
      expect(effectivePermission(effective, codes(path)[0] ?? "")).toBe(permission);
    },
  );

  it("is there", () => expect(listed.length).toBeGreaterThan(10));
});

it("lends and returns as the page shows", () => {
  const lead = effectiveScope("top_level", rules("src", "!src/gen"));
  const lent = checkLend({ scope: lead, delegate: 3 }, rules("src/a", "!src/a/keep"));
  const lending = { ...lead, loans: [{ holder: "worker", scope: unwrap(lent) }] };
  expect(effectivePermission(lending, "src/a/x.ts")).toBe("read");
  expect(effectivePermission(lending, "src/a/keep/x.ts")).toBe("write");

  const adopted = { ...lead, loans: [{ holder: "grandchild", scope: rules("src/a/deep") }] };
  expect(effectivePermission(adopted, "src/a/x.ts")).toBe("write");
  expect(effectivePermission(adopted, "src/a/deep/x.ts")).toBe("read");
});

it("shows only code that runs here", () => {
  const blocks = [...page.matchAll(/```ts\n([^]*?)```/g)].map((match) => match[1] ?? "");
  expect(blocks).toHaveLength(2);
  for (const block of blocks) expect(here).toContain(block.replace(/^/gm, "  ").trim());
});
