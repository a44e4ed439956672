/**
 * `npm run requirements`: what the tests verify, by section, and the requirements no test verifies;
 * `--json` for programs. Derived from the `verifies(…)` in the titles of the tests themselves.
 */
import { requirements, sections, type RequirementId } from "../test/requirements.ts";
import { listFiles, parseSources } from "../test/tidy/repository.ts";
import { findVerifications, type Verification } from "../test/tidy/verifications.ts";

interface SectionCount {
  readonly section: string;
  readonly title: string;
  readonly verified: number;
  readonly total: number;
}
export interface Coverage {
  readonly verified: Readonly<Record<string, readonly string[]>>;
  readonly unverified: readonly RequirementId[];
  readonly sections: readonly SectionCount[];
}

const ids = Object.keys(requirements) as RequirementId[];

/** Every verification in the tests of this repository. */
export function scanTests(): Verification[] {
  const tests = listFiles().filter((path) => /(^|\/)test\/.*\.test\.ts$/.test(path));
  return parseSources(tests).flatMap(findVerifications);
}

export function measureCoverage(verifications: readonly Verification[]): Coverage {
  const byId = Map.groupBy(verifications, ({ id }) => id);
  const counts = Object.entries(sections).map(([section, title]) => {
    const members = ids.filter((id) => requirements[id][0] === section);
    const verified = members.filter((id) => byId.has(id)).length;
    return { section, title, verified, total: members.length };
  });
  const places = [...byId].map(([id, found]) => [id, found.map(placeOf)] as const);
  return {
    verified: Object.fromEntries(places),
    unverified: ids.filter((id) => !byId.has(id)),
    sections: counts,
  };
}

function placeOf({ path, line }: Verification): string {
  return `${path}:${line}`;
}

function showCoverage({ sections: counts, unverified }: Coverage): string {
  const row = (name: string, verified: number, total: number) =>
    `${`${verified}/${total}`.padStart(8)}  ${name}`;
  return [
    ...counts.map(({ section, title, verified, total }) =>
      row(`${section}  ${title}`, verified, total),
    ),
    row("all", ids.length - unverified.length, ids.length),
    "",
    `No test verifies these ${unverified.length}:`,
    ...unverified.map((id) => `${id.padStart(5)}  ${requirements[id][2]}`),
  ].join("\n");
}

if (import.meta.main) {
  const coverage = measureCoverage(scanTests());
  const asJson = process.argv.includes("--json");
  console.log(asJson ? JSON.stringify(coverage, null, 2) : showCoverage(coverage));
}
