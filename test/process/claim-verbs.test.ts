/** `pod claim`, `pod release`, `pod locks` and `pod why` as scripts and people use them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClaimJson, LocksJson, ReleaseJson } from "../../packages/cli/src/json/locks-json.ts";
import { KeyHistoryJson, OverlapsJson } from "../../packages/cli/src/json/units-json.ts";
import { verifies } from "../requirements.ts";
import { Trial } from "./trial/trial.ts";

let trial: Trial;

beforeAll(async () => {
  trial = new Trial({ "a.txt": "a\n" });
  // Holds the server for the whole file: a claim alone is no reason for it to stay.
  await trial.spawn("keeper", "on_run: []\n");
});

afterAll(() => trial.close());

const claim = async (...args: readonly string[]) =>
  ClaimJson.parse(await trial.json("claim", ...args));

test(
  verifies("R95", "R96", "R97") + "a unit is claimed, shown, refused to others, and given back",
  async () => {
    const held = await claim("./src//a.ts", "--reason", "release", "--ttl", "60");
    expect(held.units).toEqual(["file:src/a.ts"]);
    const locks = LocksJson.parse(await trial.json("locks"));
    expect(locks.claims.map(({ id, fence }) => [id, fence])).toEqual([[held.id, held.fence]]);
    const refused = await trial.run("claim", "src/");
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain(`is held or queued for by ${held.holder}`);
    const why = await trial.succeed("why", held.id);
    expect(why).toContain(`${held.holder} holds exclusive file:src/a.ts (release)`);
    const wrong = await trial.run("release", held.id, "--fence", `${(held.fence ?? 0) + 1}`);
    expect(wrong.status).toBe(4);
    ReleaseJson.parse(await trial.json("release", held.id, "--fence", `${held.fence}`));
    expect((await trial.run("release", held.id)).status).toBe(4);
  },
);

test("a unit's history says who had it, and the matrix who overlaps", async () => {
  const before = await claim("docs/", "--reason", "first");
  await trial.succeed("release", before.id);
  const held = await claim("docs/plan.md", "--shared");
  const beside = await claim("docs/", "--shared");
  const history = KeyHistoryJson.parse(await trial.json("locks", "docs/plan.md", "--history"));
  expect(history.claims).toMatchObject([
    { id: before.id, units: ["dir:docs"], reason: "first", how: "released" },
    { id: held.id, endedAt: null },
    { id: beside.id, endedAt: null },
  ]);
  const told = await trial.succeed("locks", "docs/plan.md", "--history");
  expect(told).toMatch(new RegExp(`${before.id}.*dir:docs.*released after`));
  expect(LocksJson.parse(await trial.json("locks", "docs/other")).claims).toMatchObject([
    { id: beside.id },
  ]);
  const { overlaps } = OverlapsJson.parse(await trial.json("overlaps"));
  expect(overlaps).toMatchObject([
    { keys: [{ key: "file:docs/plan.md", a: "holds", b: "holds" }] },
  ]);
  expect(await trial.succeed("overlaps")).toContain("file:docs/plan.md");
  expect((await trial.run("locks", "--history")).status).toBe(2);
  await trial.succeed("release", held.id);
  await trial.succeed("release", beside.id);
});

test(`${verifies("R84", "R246")}who waits in line gets it when it is given back`, async () => {
  const held = await claim("proc:deploy");
  const waiting = claim("proc:Deploy", "--wait", "60");
  await trial.event(
    ({ kind, subject }) => kind === "claim.queued" && subject !== `claim:${held.id}`,
  );
  await trial.succeed("release", held.id);
  const next = await waiting;
  expect(next.fence ?? 0).toBeGreaterThan(held.fence ?? 0);
  await trial.event(
    ({ kind, subject }) => kind === "claim.accepted" && subject === `claim:${next.id}`,
  );
  const late = await trial.run("claim", "proc:deploy", "--wait", "1");
  expect([late.status, late.stderr]).toEqual([124, expect.stringContaining("not granted in time")]);
  await trial.succeed("release", next.id);
});

test("the room that pod.yaml gives a process holds for everybody", async () => {
  trial.write("pod.yaml", "claims: { capacity: { test: 2 } }\n");
  await trial.spawn("roomy", "on_run: []\n");
  const ids = [(await claim("proc:test")).id, (await claim("proc:test")).id];
  expect((await trial.run("claim", "proc:test")).status).toBe(4);
  for (const id of ids) await trial.succeed("release", id);
});
