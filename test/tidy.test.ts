/** The style of this repository, re-derived from its source. Each failure names its replacement. */
import { expect, test } from "vitest";
import { bundles } from "../scripts/build.ts";
import { findLockGaps, readLock } from "../scripts/complete-lock.ts";
import { findBarrels } from "./tidy/barrels.ts";
import { findDeadFiles } from "./tidy/dead-files.ts";
import { findMissingPaths } from "./tidy/doc-paths.ts";
import { findForbiddenImports } from "./tidy/layers.ts";
import { findBadNames } from "./tidy/names.ts";
import { findImpurity } from "./tidy/purity.ts";
import {
  exportedEntries,
  listFiles,
  parseSources,
  pathExists,
  readText,
} from "./tidy/repository.ts";
import { findLongFiles, findLongFunctions, findLongLines } from "./tidy/sizes.ts";
import { showFindings, type Finding } from "./tidy/source-file.ts";
import { findLeftOutTests, findLooseTodos, findSleeps } from "./tidy/test-hygiene.ts";

const paths = listFiles();
const sources = parseSources(paths);
const products = sources.filter(({ path }) => /^packages\/[^/]+\/src\//.test(path));
const tests = sources.filter(({ path }) => /(^|\/)test\//.test(path));
const packageNames = [...new Set(products.map(({ path }) => path.split("/")[1] ?? ""))];

function expectNone(findings: readonly Finding[]): void {
  expect.soft(showFindings(findings)).toBe("");
}

test("the scan sees the product and the tests", () => {
  expect(packageNames).toEqual(expect.arrayContaining(["cli", "coordinator", "pod", "protocol"]));
  expect(tests.map(({ path }) => path)).toContain("test/tidy.test.ts");
});

test("files, functions and lines keep their size", () => {
  expectNone(sources.flatMap(findLongFiles));
  expectNone(sources.flatMap(findLongFunctions));
  expectNone(sources.flatMap(findLongLines));
});

test("source files are named by what they own", () => {
  expectNone(sources.flatMap(({ path }) => findBadNames(path)));
});

test("imports follow the layers", () => {
  expectNone(products.flatMap(findForbiddenImports));
});

test("core is pure", () => {
  expectNone(products.flatMap(findImpurity));
});

test("there are no barrels", () => {
  expectNone(products.flatMap(findBarrels));
});

test("every source file is reached from an entry", () => {
  const entries = [
    ...packageNames.flatMap(exportedEntries),
    ...bundles.map(({ source }) => source),
  ];
  expectNone(findDeadFiles(products, entries));
});

test("documents name paths that exist", () => {
  const documents = paths.filter((path) => /^([A-Z]+\.md|docs\/.*\.md)$/.test(path));
  expect(documents).toContain("README.md");
  expectNone(
    documents.flatMap((path) => findMissingPaths({ path, text: readText(path) }, pathExists)),
  );
});

test("no test is left out or sleeps, and no work is left without an issue", () => {
  expectNone(tests.flatMap(findLeftOutTests));
  expectNone(tests.flatMap(findSleeps));
  expectNone(sources.flatMap(findLooseTodos));
});

test("package-lock.json holds the native packages of every platform", () => {
  const remedy = "run `node scripts/complete-lock.ts`";
  const gaps = findLockGaps(readLock()).map(({ name, version }) => `${name}@${version}: ${remedy}`);
  expect(gaps).toEqual([]);
});
