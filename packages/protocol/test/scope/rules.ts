/** Scopes from their text, for tests: a bad rule is a mistake in the test and throws. */
import type { Outcome } from "../../src/outcome.ts";
import type { Scope } from "../../src/scope-rule.ts";
import { parseScope } from "../../src/scope/rule-text.ts";

export function rules(...texts: string[]): Scope {
  return unwrap(parseScope(texts));
}

export function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}
