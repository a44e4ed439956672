import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxScopeRules } from "../../src/limits.ts";
import type { ScopeRule } from "../../src/scope-rule.ts";
import { formatScopeRule, parseScope, parseScopeRule } from "../../src/scope/rule-text.ts";
import { canonicalRule, validateScope } from "../../src/scope/validate-scope.ts";

function rule(target: string, changes: Partial<ScopeRule> = {}): ScopeRule {
  return { effect: "allow", target, permission: "write", recursive: true, ...changes };
}

describe("parseScopeRule", () => {
  it.each<[string, ScopeRule]>([
    ["src/parser", rule("src/parser")],
    ["test/parser.test.ts", rule("test/parser.test.ts")],
    ["./src//a/", rule("src/a")],
    [".", rule("")],
    ["docs:r", rule("docs", { permission: "read" })],
    ["docs:w", rule("docs")],
    ["docs:flat", rule("docs", { recursive: false })],
    ["docs:r:flat", rule("docs", { permission: "read", recursive: false })],
    ["!secrets", rule("secrets", { effect: "deny" })],
    ["!secrets:r", rule("secrets", { effect: "deny", permission: "read" })],
    ["a:b", rule("a:b")],
    ["a:rw", rule("a:rw")],
    ["a:r:w", rule("a:r")],
    ["a:flat:w", rule("a:flat")],
    ["a:flat:flat", rule("a:flat", { recursive: false })],
    ["./!x", rule("!x")],
    ["!!x", rule("!x", { effect: "deny" })],
    ["!./a:b:r:flat", rule("a:b", { effect: "deny", permission: "read", recursive: false })],
  ])("%j", (text, expected) => {
    expect(parseScopeRule(text)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ["", "invalid_request"],
    ["!", "invalid_request"],
    [":w", "invalid_request"],
    ["!:r:flat", "invalid_request"],
    ["src/**", "invalid_request"],
    ["src/*.ts", "invalid_request"],
    ["src\\a", "invalid_request"],
    ["/etc", "out_of_scope"],
    ["!../x", "out_of_scope"],
    ["x".repeat(2_000), "too_large"],
  ])("refuses %j as %s and quotes it", (text, code) => {
    const outcome = parseScopeRule(text);
    expect(outcome).toMatchObject({ ok: false, error: { code } });
    expect(outcome.ok || outcome.error.message).toContain("scope rule");
  });

  it("reads back every rule that it prints", () => {
    const target = fc
      .array(fc.constantFrom("a", "!b", "c:r", "d:w", "e:flat", ":", "f\ng", ".git"), {
        maxLength: 3,
      })
      .map((segments) => segments.join("/"));
    const anyRule = fc.record({
      effect: fc.constantFrom<ScopeRule["effect"]>("allow", "deny"),
      target: fc.oneof(target, fc.string({ unit: "grapheme" })),
      permission: fc.constantFrom<ScopeRule["permission"]>("read", "write"),
      recursive: fc.boolean(),
    });
    fc.assert(
      fc.property(anyRule, (raw) => {
        const canonical = canonicalRule(raw);
        fc.pre(canonical.ok);
        expect(parseScopeRule(formatScopeRule(canonical.value))).toEqual(canonical);
      }),
      { numRuns: 1_000 },
    );
  });
});

it("parses several rules and refuses all for one", () => {
  expect(parseScope(["src", "!src/gen"])).toMatchObject({
    ok: true,
    value: [{}, { effect: "deny" }],
  });
  expect(parseScope(["src", "../x"])).toMatchObject({ ok: false, error: { code: "out_of_scope" } });
});

describe("validateScope", () => {
  it("canonicalises targets and drops repeats", () => {
    expect(validateScope([rule("./src/"), rule("src"), rule("src", { recursive: false })])).toEqual(
      {
        ok: true,
        value: [rule("src"), rule("src", { recursive: false })],
      },
    );
  });
  it("names the bad rule by its place", () => {
    const outcome = validateScope([rule("src"), rule("/etc")]);
    expect(outcome.ok || outcome.error.message).toMatch(/^rule 2: .*absolute/);
  });
  it("bounds the number of rules", () => {
    const many = Array.from({ length: maxScopeRules + 1 }, (_, n) => rule(`a${n}`));
    expect(validateScope(many)).toMatchObject({ ok: false, error: { code: "too_large" } });
    expect(validateScope(many.slice(1))).toMatchObject({ ok: true });
  });
});
