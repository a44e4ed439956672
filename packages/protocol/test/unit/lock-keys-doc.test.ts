/** docs/lock-keys.md is the reference: every spelling in its table is tried here. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { canonicalUnit } from "../../src/unit/unit-key.ts";
import { unitPrefixes } from "../../src/unit/unit-prefix.ts";

const page = readFileSync(new URL("../../../../docs/lock-keys.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

function codes(cell: string | undefined): string[] {
  return [...(cell ?? "").matchAll(/`([^`]*)`/g)].map((match) => match[1] ?? "");
}

it(`${verifies("R91", "R92", "R94")}has every prefix, in order, and no other`, () => {
  const listed = new Set(rows.map((row) => codes(row[1])[0]));
  expect([...listed]).toEqual(unitPrefixes.map((prefix) => `${prefix}:`));
});

describe.each(rows.map((row) => [row[1], row] as const))("%s", (prefix, row) => {
  const [spellings, canonical] = (row[4] ?? "").split("→");
  const [expected] = codes(canonical);

  it.each(codes(spellings))("reads %j as it is documented", (raw) => {
    expect(canonicalUnit(raw)).toEqual({ ok: true, value: expected });
    expect(`\`${expected?.replace(/:.*/, ":")}\``).toBe(prefix);
  });

  it.each(codes(row[5]))("refuses %j", (raw) => {
    expect(canonicalUnit(raw).ok).toBe(false);
  });
});
