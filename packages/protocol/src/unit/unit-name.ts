/**
 * Canonical names of logical units, one form a prefix. Case is folded only where the thing named
 * ignores it (`proc:`, `db:`); elsewhere two cases are two things.
 */
import { accepted, refused } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";
import { canonicalTarget, quoted } from "../scope/path.ts";
import type { UnitPrefix } from "./unit-prefix.ts";

export type LogicalPrefix = Exclude<UnitPrefix, "file" | "dir">;

interface NameForm {
  /** For the refusal: what a name is. */
  readonly wanted: string;
  /** The canonical name, or null when the text (NFC) is not a name. */
  readonly canonical: (text: string) => string | null;
}

const forms: Readonly<Record<LogicalPrefix, NameForm>> = {
  proc: named("letters, digits and . _ - : /", /^[a-z0-9][a-z0-9._:/-]*$/, { fold: true }),
  api: { wanted: "a route such as /users/{id}, without method, query or spaces", canonical: route },
  db: named("a table or schema.table", /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.$-]*$/u, { fold: true }),
  event: named("letters, digits and . _ - : /", /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/),
  flag: named("letters, digits and . _ - : /", /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/),
  env: named("a variable: letters, digits and _", /^[A-Za-z_][A-Za-z0-9_]*$/),
  contract: named("letters, digits and . _ - : @ /", /^[A-Za-z0-9@][A-Za-z0-9._:@/-]*$/),
  feature: named("an id, or id:pause", /^[A-Za-z0-9][A-Za-z0-9._/-]*(?::pause)?$/),
};

/** The canonical name under a prefix. Refuses `invalid_request`, saying what a name is. */
export function canonicalName(prefix: LogicalPrefix, raw: string): Outcome<string> {
  const form = forms[prefix];
  const name = raw.isWellFormed() ? form.canonical(raw.normalize("NFC")) : null;
  if (name !== null) return accepted(name);
  const found = `${quoted(raw)} is not a name under ${prefix}:`;
  return refused("invalid_request", `${found} wanted ${form.wanted}`);
}

function named(
  wanted: string,
  pattern: RegExp,
  options: { readonly fold: boolean } = { fold: false },
): NameForm {
  const canonical = (text: string) => {
    const name = options.fold ? text.toLowerCase().normalize("NFC") : text;
    return pattern.test(name) ? name : null;
  };
  return { wanted, canonical };
}

/** One leading slash, none trailing, `//`, `.` and `..` resolved; the root is "/". */
function route(text: string): string | null {
  if (text === "" || /[\s?#\p{Cc}]/u.test(text)) return null;
  const path = canonicalTarget(text.replace(/^\/+/, ""));
  return path.ok ? `/${path.value}` : null;
}
