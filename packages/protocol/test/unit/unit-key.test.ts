import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { maxKeyBytes } from "../../src/limits.ts";
import { canonicalUnit, pathOfUnit, prefixOf, UnitKey } from "../../src/unit/unit-key.ts";
import { unitPrefixes } from "../../src/unit/unit-prefix.ts";

describe("canonicalUnit", () => {
  it(`${verifies("R242")}makes one key of six spellings of a path`, () => {
    const spellings = [
      "src/caf\u00e9.ts",
      "./src/cafe\u0301.ts",
      "src//caf\u00e9.ts",
      "src/x/../caf\u00e9.ts",
      "file:src/caf\u00e9.ts",
      "file:./src/./cafe\u0301.ts",
    ];
    const keys = new Set(spellings.map((spelling) => key(spelling)));
    expect([...keys]).toEqual(["file:src/caf\u00e9.ts"]);
  });

  it.each([
    ["src/", "dir:src"],
    ["src/.", "dir:src"],
    ["a/b/..", "dir:a"],
    ["dir:src", "dir:src"],
    ["dir:src//", "dir:src"],
    [".", "dir:."],
    ["./", "dir:."],
    ["dir:.", "dir:."],
    ["dir:src/..", "dir:."],
    ["Makefile", "file:Makefile"],
    ["src/a:b.ts", "file:src/a:b.ts"],
    ["./odd:name", "file:odd:name"],
    ["file:odd:name", "file:odd:name"],
    ["file:proc:x", "file:proc:x"],
    ["...", "file:..."],
    ["-x", "file:-x"],
    ["x".repeat(300), `file:${"x".repeat(300)}`],
  ])("%j is %j", (raw, canonical) => {
    expect(key(raw)).toBe(canonical);
  });

  it.each([
    ["", "invalid_request", "needs a path"],
    ["file:", "invalid_request", "needs a path"],
    ["dir:", "invalid_request", "needs a path"],
    ["file:src/", "invalid_request", "write it as dir:"],
    ["file:.", "invalid_request", "write it as dir:"],
    ["/etc/passwd", "out_of_scope", "absolute"],
    ["dir:/", "out_of_scope", "absolute"],
    ["file:../x", "out_of_scope", "climbs out"],
    ["a\0b", "invalid_request", "NUL"],
    ["src\\a", "invalid_request", "backslash"],
    ["C:/x", "invalid_request", "a file of that name is file:"],
    ["File:src/a", "invalid_request", "did you mean file:?"],
    ["fiel:src/a", "invalid_request", "did you mean file:?"],
    ["process:build", "invalid_request", "file: dir: proc: api: db:"],
    ["evnt:x", "invalid_request", "did you mean event:?"],
    [" proc:build", "invalid_request", "did you mean proc:?"],
    ["feat:x", "invalid_request", "did you mean feature:?"],
    [":x", "invalid_request", "unknown prefix"],
    ["proc:", "invalid_request", "is not a name under proc:"],
    ["proc:npm test", "invalid_request", "wanted letters"],
    ["proc:-x", "invalid_request", "proc:"],
    ["env:1X", "invalid_request", "a variable"],
    ["api:GET /users", "invalid_request", "without method"],
    ["api:/users?all=1", "invalid_request", "without method"],
    ["api:/../x", "invalid_request", "a route"],
    ["db:users;drop", "invalid_request", "a table"],
    ["feature:x:stop", "invalid_request", "id:pause"],
    ["flag:\ud800", "invalid_request", "flag:"],
    [`proc:${"x".repeat(maxKeyBytes)}`, "too_large", "1024 bytes"],
    [`file:${"x".repeat(maxKeyBytes - 4)}`, "too_large", "1024 bytes"],
    ["x".repeat(5_000), "too_large", "1024 bytes"],
  ])("refuses %j as %s: %s", (raw, code, message) => {
    const outcome = canonicalUnit(raw);
    expect(outcome).toMatchObject({ ok: false, error: { code } });
    expect(outcome.ok || outcome.error.message).toContain(message);
  });

  it("is idempotent, bounded, and agrees with the schema and with its parts", () => {
    const prefix = fc.constantFrom("", ...unitPrefixes.map((name) => `${name}:`));
    const piece = fc.constantFrom("a", "B", "/", "..", ".", ":", "e\u0301", "Σ", "İ", "_", "pause");
    const name = fc.oneof(
      fc.array(piece).map((all) => all.join("")),
      fc.string({ unit: "grapheme" }),
    );
    fc.assert(
      fc.property(prefix, name, (start, rest) => {
        const outcome = canonicalUnit(start + rest);
        fc.pre(outcome.ok);
        const canonical = outcome.value;
        expect(canonicalUnit(canonical)).toEqual(outcome);
        expect(UnitKey.parse(canonical)).toBe(canonical);
        expect(new TextEncoder().encode(canonical).length).toBeLessThanOrEqual(maxKeyBytes);
        const path = pathOfUnit(canonical);
        const shown = path === "" ? "." : (path ?? canonical.slice(canonical.indexOf(":") + 1));
        expect(canonical).toBe(`${prefixOf(canonical)}:${shown}`);
      }),
      { numRuns: 2_000 },
    );
  });
});

it("takes only canonical keys where a schema asks for one", () => {
  expect(UnitKey.safeParse("dir:src").success).toBe(true);
  for (const text of ["src", "dir:src/", "PROC:x", "proc:X"]) {
    expect(UnitKey.safeParse(text).success).toBe(false);
  }
});

it("finds the path of a unit", () => {
  expect(pathOfUnit(key("."))).toBe("");
  expect(pathOfUnit(key("src/a:b"))).toBe("src/a:b");
  expect(pathOfUnit(key("proc:build"))).toBeNull();
});

function key(raw: string): UnitKey {
  const outcome = canonicalUnit(raw);
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}
