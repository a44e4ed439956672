/**
 * Scope rules as people write them: `[!]PATH[:r|:w][:flat]`, on the command line and in plans.
 */
import { accepted, refused } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";
import type { ScopeRule } from "../scope-rule.ts";
import { quoted } from "./path.ts";
import { canonicalRule } from "./validate-scope.ts";

const grammar = /^(?<deny>!?)(?<path>.*?)(?::(?<permission>[rw]))?(?<flat>:flat)?$/su;
const looksLikeSuffix = /:(?:r|w|flat)$/;

/**
 * Reads one rule; the permission defaults to write. Only the last `:r` or `:w` and a `:flat` after
 * it are suffixes, so a path that ends like one needs its suffix written (`odd:r:w`); one that
 * starts with "!" is written `./!name`. Refuses an empty path (`.` is the workspace: an unset
 * variable must not lend everything), wildcards, and what `canonicalTarget` refuses.
 */
export function parseScopeRule(text: string): Outcome<ScopeRule> {
  const parts = grammar.exec(text)?.groups;
  if (parts === undefined || !parts["path"]) {
    return refused(
      "invalid_request",
      `scope rule ${quoted(text)} has no path: "." is the workspace`,
    );
  }
  const rule = canonicalRule({
    effect: parts["deny"] === "!" ? "deny" : "allow",
    target: parts["path"],
    permission: parts["permission"] === "r" ? "read" : "write",
    recursive: parts["flat"] === undefined,
  });
  if (rule.ok) return rule;
  return refused(rule.error.code, `scope rule ${quoted(text)}: ${rule.error.message}`);
}

/** The shortest text that `parseScopeRule` reads back as the same canonical rule. */
export function formatScopeRule(rule: ScopeRule): string {
  const path = rule.target === "" ? "." : rule.target;
  const written = rule.permission === "read" ? ":r" : looksLikeSuffix.test(path) ? ":w" : "";
  const start = rule.effect === "deny" ? "!" : path.startsWith("!") ? "./" : "";
  return `${start}${path}${written}${rule.recursive ? "" : ":flat"}`;
}

/** Reads several rules; the first bad one refuses all. */
export function parseScope(texts: readonly string[]): Outcome<ScopeRule[]> {
  const rules: ScopeRule[] = [];
  for (const text of texts) {
    const rule = parseScopeRule(text);
    if (!rule.ok) return rule;
    rules.push(rule.value);
  }
  return accepted(rules);
}
