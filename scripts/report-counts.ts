/**
 * Prints `N passed, N failed` from vitest's JSON report, as the last line of a CI run. Exits 1 when
 * a test or a suite failed, when no test ran, or when there is no report.
 */
import { existsSync, readFileSync } from "node:fs";

interface SuiteReport {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}
/** The fields of vitest's JSON report that count. */
export interface TestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly SuiteReport[];
}
export interface Counts {
  readonly line: string;
  readonly passed: boolean;
}

/** A suite that breaks outside its tests, at load or in a hook, counts as one failure. */
export function countTests(report: TestReport | undefined): Counts {
  if (report === undefined) return { line: "0 passed, 1 failed", passed: false };
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  const failed = report.numFailedTests + broken.length;
  const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : "";
  return {
    line: `${report.numPassedTests} passed, ${failed} failed${skipped}`,
    passed: report.success && failed === 0 && report.numPassedTests > 0,
  };
}

function main(path = ".tmp/test-report.json"): void {
  const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (text === undefined) console.error(`${path} does not exist: the tests did not run`);
  const { line, passed } = countTests(text ? (JSON.parse(text) as TestReport) : undefined);
  console.log(line);
  process.exitCode = passed ? 0 : 1;
}

if (import.meta.main) main(process.argv[2]);
