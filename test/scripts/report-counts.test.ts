/** scripts/report-counts.ts: the last line of a CI run, and whether the run passed. */
import { expect, test } from "vitest";
import { countTests, type TestReport } from "../../scripts/report-counts.ts";

function report(fields: Partial<TestReport>): TestReport {
  const counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  return { success: true, testResults: [], ...counts, ...fields };
}

test.each<[string, TestReport | undefined, string, boolean]>([
  ["all passed", report({ numPassedTests: 3 }), "3 passed, 0 failed", true],
  [
    "one skipped",
    report({ numPassedTests: 3, numPendingTests: 1 }),
    "3 passed, 0 failed, 1 skipped",
    true,
  ],
  [
    "one failed",
    report({ success: false, numPassedTests: 2, numFailedTests: 1 }),
    "2 passed, 1 failed",
    false,
  ],
  ["none ran", report({}), "0 passed, 0 failed", false],
  ["unhandled error", report({ success: false, numPassedTests: 2 }), "2 passed, 0 failed", false],
  ["no report", undefined, "0 passed, 1 failed", false],
])("%s", (_title, given, line, passed) => {
  expect(countTests(given)).toEqual({ line, passed });
});

test.each([
  ["at load", []],
  ["in a hook", [{ status: "skipped" }]],
])("a suite that breaks %s is one failure", (_title, assertionResults) => {
  const testResults = [{ status: "failed", assertionResults }];
  const given = report({ success: false, numPassedTests: 2, testResults });
  expect(countTests(given)).toEqual({ line: "2 passed, 1 failed", passed: false });
});

test("a suite with a failed test is not counted twice", () => {
  const testResults = [{ status: "failed", assertionResults: [{ status: "failed" }] }];
  const given = report({ success: false, numPassedTests: 2, numFailedTests: 1, testResults });
  expect(countTests(given)).toEqual({ line: "2 passed, 1 failed", passed: false });
});
