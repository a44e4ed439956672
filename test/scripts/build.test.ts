/** scripts/build.ts: every program it lists must exist before anything is built. */
import { expect, test } from "vitest";
import { findMissingEntries } from "../../scripts/build.ts";

test("each missing entry is named with the program it would become", () => {
  const bundles = [
    { source: "scripts/build.ts", output: "dist/there.js" },
    { source: "scripts/gone.ts", output: "dist/gone.js" },
    { source: "scripts/lost.ts", output: "dist/lost.js" },
  ];
  expect(findMissingEntries(bundles)).toEqual([
    "scripts/gone.ts does not exist, and dist/gone.js is built from it",
    "scripts/lost.ts does not exist, and dist/lost.js is built from it",
  ]);
});
