/** scripts/complete-lock.ts: finds the optional packages that a lock names and does not hold. */
import { expect, test } from "vitest";
import { findLockGaps } from "../../scripts/complete-lock.ts";

test("a native package is missing when absent or locked at another version", () => {
  const optionalDependencies = {
    "@x/linux-x64": "1.0.0",
    "@x/darwin-x64": "1.0.0",
    peer: "^2.0.0",
  };
  const packages = {
    "node_modules/x": { version: "1.0.0", dev: true, optionalDependencies },
    "node_modules/y": { version: "1.0.0", optionalDependencies: { "@x/darwin-x64": "2.0.0" } },
    "node_modules/@x/darwin-x64": { version: "2.0.0" },
  };
  expect(findLockGaps({ packages })).toEqual([
    { name: "@x/linux-x64", version: "1.0.0", owner: "node_modules/x", dev: true },
    { name: "@x/darwin-x64", version: "1.0.0", owner: "node_modules/x", dev: true },
  ]);
});

test("a package nested under its owner counts", () => {
  const packages = {
    "node_modules/x": { optionalDependencies: { "@x/linux-x64": "1.0.0" } },
    "node_modules/x/node_modules/@x/linux-x64": { version: "1.0.0" },
    "node_modules/@x/linux-x64": { version: "2.0.0" },
  };
  expect(findLockGaps({ packages })).toEqual([]);
});
