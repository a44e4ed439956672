/** Each tidy rule fails on a planted fault and passes beside it. */
import { describe, expect, test } from "vitest";
import { findBarrels } from "./barrels.ts";
import { findDeadFiles } from "./dead-files.ts";
import { findMissingPaths } from "./doc-paths.ts";
import { findForbiddenImports } from "./layers.ts";
import { findBadNames } from "./names.ts";
import { findImpurity } from "./purity.ts";
import { findLongFiles, findLongFunctions, findLongLines } from "./sizes.ts";
import { parseSource, showFindings, type Finding, type SourceFile } from "./source-file.ts";
import { findLeftOutTests, findLooseTodos, findSleeps } from "./test-hygiene.ts";

type Rule = (file: SourceFile) => Finding[];

function lines(rule: Rule, path: string, text: string): number[] {
  return rule(parseSource(path, text)).map(({ line }) => line);
}

/** The statements and last line of a function of so many lines. */
function body(count: number): string {
  return "x();\n".repeat(count - 2);
}

test("a finding is shown as file:line and message", () => {
  const findings = [{ path: "a.ts", line: 3, message: "rename it" }];
  expect(showFindings(findings)).toBe("a.ts:3 rename it");
});

test("a file that does not parse is an error, not a pass", () => {
  expect(() => parseSource("a.ts", "const = ;")).toThrow("a.ts");
});

describe("sizes", () => {
  test("a file of 400 lines passes, of 401 fails", () => {
    expect(lines(findLongFiles, "a.ts", "x;\n".repeat(400))).toEqual([]);
    expect(lines(findLongFiles, "a.ts", "x;\n".repeat(401))).toEqual([401]);
  });

  test("a function of 70 lines passes, of 71 fails, in every form", () => {
    expect(lines(findLongFunctions, "a.ts", `function f() {\n${body(70)}}`)).toEqual([]);
    expect(lines(findLongFunctions, "a.ts", `y;\nfunction f() {\n${body(71)}}`)).toEqual([2]);
    expect(lines(findLongFunctions, "a.ts", `const f = () => {\n${body(71)}};`)).toEqual([1]);
    expect(lines(findLongFunctions, "a.ts", `class A { f() {\n${body(71)}} }`)).toEqual([1]);
  });

  test("a suite is measured by the tests in it", () => {
    const text = `describe("a", () => {\n${body(71)}});`;
    expect(lines(findLongFunctions, "a.ts", text)).toEqual([]);
    const nested = `describe("a", () => {\ntest("b", () => {\n${body(71)}});\n});`;
    expect(lines(findLongFunctions, "a.ts", nested)).toEqual([2]);
    const each = `describe.each([1])("a", () => {\n${body(71)}});`;
    expect(lines(findLongFunctions, "a.ts", each)).toEqual([]);
    const shared = `function cases() {\ndescribe("a", () => {\n${body(71)}});\n}`;
    expect(lines(findLongFunctions, "a.ts", shared)).toEqual([]);
    const more = `function cases() {\nx;\ndescribe("a", () => {\n${body(71)}});\n}`;
    expect(lines(findLongFunctions, "a.ts", more)).toEqual([1]);
  });

  test("a line of 100 columns passes, of 101 fails", () => {
    const findings = findLongLines({
      path: "a.ts",
      text: `${"é".repeat(100)}\n${"x".repeat(101)}`,
    });
    expect(findings.map(({ line }) => line)).toEqual([2]);
  });
});

describe("names", () => {
  test.each(["src/utils.ts", "src/helpers/a.ts", "src/log-types.ts", "src/PodEvent.ts", "a_b.ts"])(
    "%s is refused",
    (path) => expect(findBadNames(path)).toHaveLength(1),
  );
  test.each(["src/pod-event.ts", "test/claim.test.ts", "vitest.config.ts", "src/service-unit.ts"])(
    "%s is taken",
    (path) => expect(findBadNames(path)).toEqual([]),
  );
});

describe("layers", () => {
  test.each([
    ["packages/pod/src/a.ts", "@podlane/coordinator"],
    ["packages/coordinator/src/a.ts", "@podlane/pod"],
    ["packages/coordinator/src/a.ts", "@podlane/cli"],
    ["packages/protocol/src/a.ts", "@podlane/pod"],
    ["packages/protocol/src/a.ts", "ws"],
    ["packages/protocol/src/a.ts", "node:net"],
    ["packages/protocol/src/node/a.ts", "yaml"],
    ["packages/console/src/a.ts", "@podlane/coordinator"],
    ["packages/pod/src/a.ts", "../../coordinator/src/index.ts"],
    ["packages/pod/src/a.ts", "../../cli/package.json"],
    ["packages/pod/src/core/a.ts", "node:fs"],
    ["packages/pod/src/core/a.ts", "fs"],
    ["packages/pod/src/core/a.ts", "../shell/b.ts"],
    ["packages/coordinator/src/core/policy/a.ts", "../../shell/b.ts"],
    ["packages/coordinator/src/shell/a.ts", "../main.ts"],
  ])("%s may not import %s", (path, specifier) => {
    expect(lines(findForbiddenImports, path, `x;\nimport { y } from "${specifier}";`)).toEqual([2]);
    expect(lines(findForbiddenImports, path, `export { y } from "${specifier}";`)).toEqual([1]);
    expect(lines(findForbiddenImports, path, `await import("${specifier}");`)).toEqual([1]);
    expect(lines(findForbiddenImports, path, `type Y = import("${specifier}").Y;`)).toEqual([1]);
  });

  test.each([
    ["packages/pod/src/a.ts", "@podlane/protocol/node"],
    ["packages/cli/src/a.ts", "@podlane/coordinator"],
    ["packages/cli/src/a.ts", "@podlane/pod"],
    ["packages/protocol/src/a.ts", "zod"],
    ["packages/protocol/src/node/a.ts", "ws"],
    ["packages/protocol/src/node.ts", "node:net"],
    ["packages/console/src/a.ts", "@podlane/coordinator/core"],
    ["packages/pod/src/core/a.ts", "node:assert"],
    ["packages/pod/src/shell/a.ts", "../core/b.ts"],
    ["packages/pod/src/main.ts", "./shell/b.ts"],
    ["packages/cli/src/version.ts", "../package.json"],
  ])("%s may import %s", (path, specifier) => {
    expect(lines(findForbiddenImports, path, `import { y } from "${specifier}";`)).toEqual([]);
  });
});

describe("purity", () => {
  const core = "packages/coordinator/src/core/claims.ts";

  test.each([
    "Date.now();",
    "new Date();",
    "Math.random();",
    "process.env;",
    "performance.now();",
    "crypto.randomUUID();",
    "setTimeout(f, 1);",
    "setInterval(f, 1);",
    "queueMicrotask(f);",
    "Promise.resolve();",
    "let p: Promise<void>;",
    "async function f() {}",
    "const f = async () => {};",
    "const a = { process };",
  ])("core may not say %s", (text) => {
    expect(lines(findImpurity, core, `x;\n${text}`)).not.toEqual([]);
    expect(lines(findImpurity, "packages/coordinator/src/shell/a.ts", text)).toEqual([]);
  });

  test.each(["event.process;", "const a = { process: 1 };", "new Date(nowMs);", "// Date.now()"])(
    "core may say %s",
    (text) => expect(lines(findImpurity, core, text)).toEqual([]),
  );
});

describe("barrels", () => {
  test("an index.ts below the root and `export *` are refused", () => {
    expect(lines(findBarrels, "packages/pod/src/core/index.ts", "")).toEqual([1]);
    expect(lines(findBarrels, "packages/pod/src/a.ts", 'x;\nexport * from "./b.ts";')).toEqual([2]);
  });

  test("a package's index.ts with names is taken", () => {
    expect(lines(findBarrels, "packages/pod/src/index.ts", 'export { a } from "./a.ts";')).toEqual(
      [],
    );
  });
});

test("a file that no entry reaches is dead, also in a circle", () => {
  const files = [
    parseSource("src/index.ts", 'export { a } from "./core/a.ts";'),
    parseSource("src/core/a.ts", 'import { b } from "../b.ts";'),
    parseSource("src/b.ts", ""),
    parseSource("src/c.ts", 'import { d } from "./d.ts";'),
    parseSource("src/d.ts", 'import { c } from "./c.ts";'),
  ];
  const dead = findDeadFiles(files, ["src/index.ts"]).map(({ path }) => path);
  expect(dead).toEqual(["src/c.ts", "src/d.ts"]);
});

test("a document may name only paths that exist", () => {
  const text = [
    "[a](a.md) [b](../gone.md#part) [c](https://example.org) [d](#here)",
    "`packages/pod/src/gone.ts` packages/pod/ packages/*/src",
    "See `scripts/build.ts`.",
  ].join("\n");
  const there = new Set(["docs/a.md", "packages/pod", "packages/pod/", "scripts/build.ts"]);
  const findings = findMissingPaths({ path: "docs/x.md", text }, (path) => there.has(path));
  expect(showFindings(findings)).toBe(
    "docs/x.md:1 gone.md does not exist: correct the path\n" +
      "docs/x.md:2 packages/pod/src/gone.ts does not exist: correct the path",
  );
});

test("a bare test/ or docs/ path is ours in a root document, an example below docs/", () => {
  const text = "Lend it `test/gone.test.ts` and [docs](docs/gone.md).";
  const missing = (path: string) => findMissingPaths({ path, text }, () => false).length;
  expect(missing("README.md")).toBe(2);
  expect(missing("docs/scope.md")).toBe(1);
});

describe("test hygiene", () => {
  test.each(["skip", "only", "todo", "fails"])("tests may not use .%s", (modifier) => {
    const text = `x;\ntest.${modifier}("a", () => {});\ndescribe.${modifier}("b", () => {});`;
    expect(lines(findLeftOutTests, "test/a.test.ts", text)).toEqual([2, 3]);
  });

  test("a skip with its reason is taken", () => {
    const text = 'test("a", (context) => context.skip("no bubblewrap here"));';
    expect(lines(findLeftOutTests, "test/a.test.ts", text)).toEqual([]);
  });

  test.each([
    "setTimeout(resolve, 10);",
    "await delay(10);",
    "globalThis.setTimeout(f, 1);",
    'import { setTimeout as pause } from "node:timers/promises";',
  ])("tests may not sleep: %s", (text) => {
    expect(lines(findSleeps, "test/a.test.ts", `x;\n${text}`)).toEqual([2]);
  });

  test("work left for later names its issue", () => {
    const word = ["TO", "DO"].join("");
    const text = `// ${word}: later\n// ${word}(#12): later`;
    expect(findLooseTodos({ path: "a.ts", text }).map(({ line }) => line)).toEqual([1]);
  });
});
