/** The list of requirements is whole, and every `verifies(…)` is in the title of a real test. */
import { expect, test } from "vitest";
import { measureCoverage, scanTests } from "../scripts/requirements.ts";
import { requirements, verifies } from "./requirements.ts";
import { listFiles, parseSources } from "./tidy/repository.ts";
import { parseSource } from "./tidy/source-file.ts";
import { findClaimedIds, findVerifications } from "./tidy/verifications.ts";

const own = "test/requirements.test.ts";

test("the numbers run from R1 to R248 without a gap", () => {
  const numbers = Array.from({ length: 248 }, (_, index) => `R${index + 1}`);
  expect(Object.keys(requirements)).toEqual(numbers);
});

test("every requirement has its own words", () => {
  const texts = Object.values(requirements).map(([, , text]) => text);
  expect(new Set(texts).size).toBe(texts.length);
});

test("a title begins with the requirements its test verifies", () => {
  expect(`${verifies("R17", "R21")}it stays idle`).toBe("R17 R21: it stays idle");
  // @ts-expect-error an unknown requirement does not compile
  expect(verifies("R249")).toBe("R249: ");
});

test("only a verifies in the title of a test counts", () => {
  const text = [
    'test(verifies("R1", "R2") + "a", () => {});',
    'test.each([1])(`${verifies("R3")}b`, () => {});',
    'test("c", () => { verifies("R4"); });',
    'verifies("R5");',
    '// test(verifies("R6") + "d", () => {});',
  ].join("\n");
  const found = findVerifications(parseSource("test/a.test.ts", text));
  expect(found.map(({ id, line }) => `${id}:${line}`)).toEqual(["R1:1", "R2:1", "R3:2"]);
});

test("every verifies of the tests is known and counted", () => {
  const tests = listFiles().filter((path) => path.endsWith(".test.ts") && path !== own);
  const claimed = parseSources(tests).flatMap(findClaimedIds);
  const counted = scanTests().map(({ id }) => id);
  expect(counted.toSorted()).toEqual(claimed.toSorted());
  expect(claimed.filter((id) => !Object.hasOwn(requirements, id))).toEqual([]);
});

test("the coverage adds up, and is shown", () => {
  const place = { path: "test/a.test.ts", line: 1 };
  const planted = measureCoverage([
    { id: "R1", ...place },
    { id: "R1", ...place },
  ]);
  expect(planted.unverified).toHaveLength(247);
  expect(planted.sections[0]).toMatchObject({ section: "A", verified: 1, total: 14 });
  const { unverified } = measureCoverage(scanTests());
  console.log(`requirements that no test verifies: ${unverified.length} of 248`);
});
