import { type ClaimId, refused } from "@podlane/protocol";
import { describe, expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { grantedLeaseMs } from "../../src/runtime/claim-leases.ts";
import { claimsOf, done, grant, isInterrupted, isStale, never, queue } from "./claims-world.ts";
import { settled } from "./scripted-coordinator.ts";

describe("taking", () => {
  test("what is held already is not asked for again", async () => {
    const { claims, coordinator, hold } = claimsOf();
    await hold(["src/a.ts"]);
    expect(await claims.ensure(["./src//a.ts"], never)).toEqual(done);
    expect(claims.confirm(["src/a.ts"])).toEqual(done);
    expect(coordinator.untaken).toEqual([]);
  });

  test.each([
    { held: "dir:src", asked: "src/deep/a.ts", isCovered: true },
    { held: "dir:src", asked: "dir:src/deep", isCovered: true },
    { held: "dir:.", asked: "dir:s", isCovered: true },
    { held: "dir:s", asked: "dir:.", isCovered: false },
    { held: "dir:src/deep", asked: "dir:src", isCovered: false },
    { held: "file:src", asked: "dir:src", isCovered: false },
    { held: "dir:src", asked: "srcs/a.ts", isCovered: false },
    { held: "proc:build", asked: "proc:test", isCovered: false },
  ])("$held covers $asked: $isCovered", async ({ held, asked, isCovered }) => {
    const { claims, hold } = claimsOf();
    await hold([held]);
    expect(claims.confirm([asked]).ok).toBe(isCovered);
  });

  test("a unit that is none is refused, and nobody is asked", async () => {
    const { claims, coordinator } = claimsOf();
    expect(await claims.ensure(["moon:x"], never)).toMatchObject({
      error: { code: "invalid_request" },
    });
    expect(claims.confirm(["../x"])).toMatchObject({ error: { code: "out_of_scope" } });
    expect(coordinator.untaken).toEqual([]);
  });

  test("one acquisition runs at a time, and the next asks for what is still missing", async () => {
    const { claims, coordinator } = claimsOf();
    const first = claims.ensure(["a", "b"], never);
    const second = claims.ensure(["b", "c"], never);
    const call = await coordinator.next("claim.acquire");
    await settled();
    expect(coordinator.untaken).toEqual([]);
    grant(call, "c1");
    const next = await coordinator.next("claim.acquire");
    expect(next.params["units"]).toEqual(["file:c"]);
    grant(next, "c2");
    expect(await Promise.all([first, second])).toEqual([done, done]);
  });

  test("a refusal fails its caller and nobody behind it", async () => {
    const { claims, coordinator } = claimsOf();
    const first = claims.ensure(["a"], never);
    const second = claims.ensure(["b"], never);
    (await coordinator.next("claim.acquire")).refuse("out_of_scope");
    grant(await coordinator.next("claim.acquire"), "c1");
    expect(await first).toMatchObject({ error: { code: "out_of_scope" } });
    expect(await second).toEqual(done);
  });
});

describe("in the queue", () => {
  const queued = async (units: readonly string[], signal: AbortSignal = never) => {
    const world = claimsOf();
    const held = world.claims.ensure(units, signal);
    queue(await world.coordinator.next("claim.acquire"), "c1");
    await settled();
    return { ...world, held };
  };

  test(
    verifies("R86") + "waits without its slot, names whom it waits for, goes on once granted",
    async () => {
      const { claims, coordinator, slot, held } = await queued(["a"]);
      expect(slot.waits).toMatchObject([{ reason: "claim", on: ["c1", "p-other"] }]);
      claims.grantPushed();
      grant(await coordinator.next("claim.acquire"), "c1");
      expect(await held).toEqual(done);
    },
  );

  test("a push whose grant lapsed holds nothing: back to the queue", async () => {
    const { claims, coordinator, held } = await queued(["a"]);
    claims.grantPushed();
    queue(await coordinator.next("claim.acquire"), "c2");
    await settled();
    expect(claims.confirm(["a"])).toMatchObject(isStale);
    claims.grantPushed();
    grant(await coordinator.next("claim.acquire"), "c2");
    expect(await held).toEqual(done);
  });

  test("a push that overtakes the answer, or comes twice, is not lost", async () => {
    const { claims, coordinator } = claimsOf();
    const held = claims.ensure(["a"], never);
    const call = await coordinator.next("claim.acquire");
    claims.grantPushed();
    claims.grantPushed();
    queue(call, "c1");
    grant(await coordinator.next("claim.acquire"), "c1");
    expect(await held).toEqual(done);
    claims.grantPushed();
    expect(coordinator.untaken).toEqual([]);
  });

  test("a connection lost before the answer was read: asked again once there is one", async () => {
    const { claims, coordinator } = claimsOf();
    const held = claims.ensure(["a"], never);
    const call = await coordinator.next("claim.acquire");
    claims.coordinatorFound();
    queue(call, "c1");
    grant(await coordinator.next("claim.acquire"), "c1");
    expect(await held).toEqual(done);
  });

  test("what is granted is held and renewed while the turn waits for its slot", async () => {
    const slotBack = Promise.withResolvers<void>();
    const { claims, clock, coordinator, slot, held } = await queued(["a"]);
    slot.back = slotBack.promise;
    claims.grantPushed();
    grant(await coordinator.next("claim.acquire"), "c1");
    await settled();
    clock.advance(grantedLeaseMs / 2);
    (await coordinator.next("claim.renew")).accept({ renewed: ["c1"] });
    await settled();
    clock.advance(grantedLeaseMs);
    slotBack.resolve();
    expect(await held).toEqual(done);
    expect(claims.confirm(["a"])).toEqual(done);
  });

  test("a lease that ran out while the turn waited for its slot is claimed again", async () => {
    const slotBack = Promise.withResolvers<void>();
    const { claims, coordinator, wall, slot, held } = await queued(["a"]);
    slot.back = slotBack.promise;
    claims.grantPushed();
    grant(await coordinator.next("claim.acquire"), "c1");
    await settled();
    wall.ms += grantedLeaseMs;
    slotBack.resolve();
    grant(await coordinator.next("claim.acquire"), "c2");
    expect(await held).toEqual(done);
    expect(claims.confirm(["a"])).toEqual(done);
  });

  test("a cancelled wait leaves the queue", async () => {
    const turn = new AbortController();
    const { claims, coordinator, held } = await queued(["a"], turn.signal);
    turn.abort();
    expect(await held).toMatchObject(isInterrupted);
    expect((await coordinator.next("claim.release")).params).toEqual({ claim: "c1" });
    claims.grantPushed();
    expect(coordinator.untaken).toEqual([]);
  });

  test("a wait that would close a cycle leaves the queue with the cycle's refusal", async () => {
    const { claims, coordinator, slot } = claimsOf();
    slot.refusal = refused("deadlock", "a waits for b, b for a");
    const held = claims.ensure(["a"], never);
    queue(await coordinator.next("claim.acquire"), "c1");
    expect(await held).toMatchObject({ error: { code: "deadlock" } });
    expect((await coordinator.next("claim.release")).params).toEqual({ claim: "c1" });
  });
});

describe("the turn is over", () => {
  test("what it held is left to the coordinator, and no renewal follows", async () => {
    const { claims, clock, coordinator, hold } = claimsOf();
    await hold(["a"], "c1");
    claims.forget();
    expect(clock.timers).toBe(0);
    expect(claims.confirm(["a"])).toMatchObject(isStale);
    expect(coordinator.untaken).toEqual([]);
  });

  test("a claim that was lost covers nothing, and is asked for again", async () => {
    const { claims, coordinator, hold } = claimsOf();
    await hold(["a"], "c1");
    claims.lost("c1" as ClaimId);
    expect(claims.confirm(["a"])).toMatchObject(isStale);
    const again = claims.ensure(["a"], never);
    grant(await coordinator.next("claim.acquire"), "c2");
    expect(await again).toEqual(done);
  });

  test("a grant that comes after it is given back too, and its caller told", async () => {
    const { claims, coordinator } = claimsOf();
    const held = claims.ensure(["a"], never);
    grant(await coordinator.next("claim.acquire"), "c1");
    claims.forget();
    expect(await held).toMatchObject(isInterrupted);
    expect((await coordinator.next("claim.release")).params).toEqual({ claim: "c1" });
    expect(claims.confirm(["a"])).toMatchObject(isStale);
  });

  test("ends what is still queued for", async () => {
    const { claims, coordinator } = claimsOf();
    const held = claims.ensure(["a"], never);
    queue(await coordinator.next("claim.acquire"), "c1");
    await settled();
    claims.forget();
    expect(await held).toMatchObject(isInterrupted);
  });
});

describe("by the operator's choice", () => {
  test("advisory: goes on with a warning when another one has it, and never waits", async () => {
    const { claims, coordinator, warnings } = claimsOf({ claimsMode: "advisory" });
    const held = claims.ensure(["a"], never);
    const call = await coordinator.next("claim.acquire");
    expect(call.params["wait"]).toBe("none");
    call.refuse("conflict", "p-other has it");
    expect(await held).toEqual(done);
    expect(warnings).toEqual(["writing without a claim: p-other has it"]);
    expect(claims.confirm(["a"])).toEqual(done);
  });

  test.each(["out_of_scope", "stale_generation", "unauthorized"] as const)(
    "advisory does not forgive %s",
    async (code) => {
      const { claims, coordinator } = claimsOf({ claimsMode: "advisory" });
      const held = claims.ensure(["a"], never);
      (await coordinator.next("claim.acquire")).refuse(code);
      expect(await held).toMatchObject({ error: { code } });
    },
  );

  test("without a coordinator: one question, and leases count again once it is back", async () => {
    const { claims, coordinator, warnings } = claimsOf({ coordinatorDown: "continue" });
    coordinator.connected = false;
    const held = claims.ensure(["a"], never);
    const call = await coordinator.next("claim.acquire");
    expect(call.how).toBe("ask");
    call.refuse("unavailable", "no coordinator answers");
    expect(await held).toEqual(done);
    expect(warnings).toHaveLength(1);
    expect(claims.confirm(["a"])).toEqual(done);
    coordinator.connected = true;
    expect(claims.confirm(["a"])).toMatchObject(isStale);
  });

  test("a cancelled turn is not forgiven into a write", async () => {
    const turn = new AbortController();
    const { claims, coordinator } = claimsOf({ coordinatorDown: "continue" });
    coordinator.connected = false;
    const held = claims.ensure(["a"], turn.signal);
    const call = await coordinator.next("claim.acquire");
    call.refuse("unavailable");
    turn.abort();
    expect(await held).toMatchObject(isInterrupted);
  });
});
