import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxKeyBytes } from "../../src/limits.ts";
import { isGitPath } from "../../src/scope/git-path.ts";
import { canonicalTarget, isWithin, selfAndAncestors } from "../../src/scope/path.ts";

const nfd = "cafe\u0301";
const nfc = "caf\u00e9";

describe("canonicalTarget", () => {
  it.each([
    ["", ""],
    [".", ""],
    ["./", ""],
    ["src/..", ""],
    ["src", "src"],
    ["src/", "src"],
    ["./src//a/./b.ts", "src/a/b.ts"],
    ["src/x/../a", "src/a"],
    ["a:b", "a:b"],
    ["-x", "-x"],
    ["...", "..."],
    ["SRC", "SRC"],
    [`docs/${nfd}`, `docs/${nfc}`],
    ["x".repeat(300), "x".repeat(300)],
    ["é".repeat(maxKeyBytes / 2), "é".repeat(maxKeyBytes / 2)],
  ])("%j is %j", (raw, canonical) => {
    expect(canonicalTarget(raw)).toEqual({ ok: true, value: canonical });
  });

  it.each([
    ["/etc/passwd", "out_of_scope"],
    ["//", "out_of_scope"],
    ["C:/x", "out_of_scope"],
    ["./C:/x", "out_of_scope"],
    ["..", "out_of_scope"],
    ["src/../../x", "out_of_scope"],
    ["../workspace/src", "out_of_scope"],
    ["src\\a", "invalid_request"],
    ["..\\x", "invalid_request"],
    ["a\0b", "invalid_request"],
    ["a\ud800", "invalid_request"],
    ["x".repeat(maxKeyBytes + 1), "too_large"],
    ["é".repeat(maxKeyBytes / 2 + 1), "too_large"],
    ["./".repeat(4 * maxKeyBytes), "too_large"],
  ])("refuses %j as %s", (raw, code) => {
    expect(canonicalTarget(raw)).toMatchObject({ ok: false, error: { code } });
  });

  it("is idempotent", () => {
    const part = fc.constantFrom("a", "B", "..", ".", "", nfd, nfc, "C:", "\u212a", ":", "!");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part).map((p) => p.join("/")),
          fc.string(),
        ),
        (raw) => {
          const once = canonicalTarget(raw);
          fc.pre(once.ok);
          expect(canonicalTarget(once.value)).toEqual(once);
        },
      ),
    );
  });
});

describe("isWithin", () => {
  it.each([
    ["src/a", "src/a", true],
    ["src/a/b", "src/a", true],
    ["src/ab", "src/a", false],
    ["src/a.ts", "src/a", false],
    ["src", "src/a", false],
    ["Src/a", "src", false],
    ["anything", "", true],
    ["", "", true],
    ["", "src", false],
  ])("%j within %j: %s", (path, ancestor, expected) => {
    expect(isWithin(path, ancestor)).toBe(expected);
  });

  it("agrees with the list of ancestors", () => {
    const path = fc
      .array(fc.constantFrom("a", "ab", "b"), { maxLength: 4 })
      .map((p) => p.join("/"));
    fc.assert(
      fc.property(path, path, (p, q) => {
        expect(isWithin(p, q)).toBe(selfAndAncestors(p).includes(q));
      }),
    );
  });
});

it("lists a path and its ancestors, nearest first", () => {
  expect(selfAndAncestors("a/b/c")).toEqual(["a/b/c", "a/b", "a", ""]);
  expect(selfAndAncestors("")).toEqual([""]);
});

describe("isGitPath", () => {
  it.each([
    ".git",
    ".git/hooks/pre-commit",
    "sub/.GIT/config",
    ".g\u200cit",
    ".git.",
    ".git ",
    "GIT~1",
    ".git::$INDEX",
  ])("%j is git's", (path) => expect(isGitPath(path)).toBe(true));
  it.each([".gitignore", ".github/workflows", "git", "src/a.git", "git~10", ""])(
    "%j is not",
    (path) => expect(isGitPath(path)).toBe(false),
  );
});
