import { describe, expect, test } from "vitest";
import { grantedLeaseMs, renewedLeaseMs } from "../../src/runtime/claim-leases.ts";
import { claimsOf, done, grant, isStale, never } from "./claims-world.ts";
import { settled } from "./scripted-coordinator.ts";

/** The pause after a renewal that a busy coordinator did not answer. */
const pauseMs = 10_000;

describe("a lease", () => {
  test("ends on the monotonic clock, and a write after it is refused", async () => {
    const { claims, clock, hold } = claimsOf();
    await hold(["a"]);
    clock.advance(grantedLeaseMs - 1);
    expect(claims.confirm(["a"])).toEqual(done);
    clock.advance(1);
    expect(claims.confirm(["a"])).toMatchObject(isStale);
  });

  test("ends on the wall clock while the machine sleeps, and is claimed again", async () => {
    const { claims, coordinator, wall, hold } = claimsOf();
    await hold(["a"]);
    wall.ms += grantedLeaseMs;
    expect(claims.confirm(["a"])).toMatchObject(isStale);
    const again = claims.ensure(["a"], never);
    grant(await coordinator.next("claim.acquire"), "c2");
    expect(await again).toEqual(done);
    expect(claims.confirm(["a"])).toEqual(done);
  });

  test("is not made longer by a wall clock that was set back", async () => {
    const { claims, clock, wall, hold } = claimsOf();
    await hold(["a"]);
    wall.ms -= 3_600_000;
    clock.advance(grantedLeaseMs);
    expect(claims.confirm(["a"])).toMatchObject(isStale);
  });

  test("counts from before the question: an answer long under way is asked for again", async () => {
    const { claims, clock, coordinator } = claimsOf();
    const held = claims.ensure(["a"], never);
    const late = await coordinator.next("claim.acquire");
    clock.advance(grantedLeaseMs);
    grant(late, "c1");
    grant(await coordinator.next("claim.acquire"), "c2");
    expect(await held).toEqual(done);
    expect(claims.confirm(["a"])).toEqual(done);
  });
});

describe("renewing", () => {
  const renewal = async (world: ReturnType<typeof claimsOf>, byMs: number) => {
    world.clock.advance(byMs);
    return world.coordinator.next("claim.renew");
  };

  test("extends what the answer names", async () => {
    const world = claimsOf();
    await world.hold(["a"]);
    const call = await renewal(world, grantedLeaseMs / 2);
    call.accept({ renewed: ["c1"] });
    await settled();
    world.clock.advance(renewedLeaseMs - 1);
    expect(world.claims.confirm(["a"])).toEqual(done);
  });

  test("a claim that the answer leaves out is lost at once", async () => {
    const world = claimsOf();
    await world.hold(["a"], "c1");
    await world.hold(["b"], "c2");
    const call = await renewal(world, grantedLeaseMs / 2);
    call.accept({ renewed: ["c2"] });
    await settled();
    expect(world.claims.confirm(["a"])).toMatchObject(isStale);
    expect(world.claims.confirm(["b"])).toEqual(done);
  });

  test("a claim granted while the renewal was under way stays", async () => {
    const world = claimsOf();
    await world.hold(["a"], "c1");
    const call = await renewal(world, grantedLeaseMs / 2);
    await world.hold(["b"], "c2");
    call.accept({ renewed: ["c1"] });
    await settled();
    expect(world.claims.confirm(["a", "b"])).toEqual(done);
  });

  test("a lease that ran out in a stopped process is not made alive by a renewal", async () => {
    const world = claimsOf();
    await world.hold(["a"]);
    const call = await renewal(world, 2 * renewedLeaseMs);
    call.accept({ renewed: [] });
    await settled();
    expect(world.claims.confirm(["a"])).toMatchObject(isStale);
    expect(world.clock.timers).toBe(0);
  });

  test("refused for good: nothing is extended, and nothing asked again", async () => {
    const world = claimsOf();
    await world.hold(["a"]);
    (await renewal(world, grantedLeaseMs / 2)).refuse("stale_generation");
    await settled();
    expect(world.clock.timers).toBe(0);
    world.clock.advance(grantedLeaseMs / 2);
    expect(world.claims.confirm(["a"])).toMatchObject(isStale);
  });

  test.each(["busy", "timeout"] as const)(
    "answered %s: asked again after a pause",
    async (code) => {
      const world = claimsOf();
      await world.hold(["a"]);
      (await renewal(world, grantedLeaseMs - 1)).refuse(code);
      await settled();
      expect(world.coordinator.untaken).toEqual([]);
      (await renewal(world, pauseMs)).accept({ renewed: ["c1"] });
      await settled();
      expect(world.claims.confirm(["a"])).toEqual(done);
    },
  );

  test("with no coordinator there is none until one is found, and then at once", async () => {
    const world = claimsOf();
    await world.hold(["a"]);
    (await renewal(world, grantedLeaseMs / 2)).refuse("unavailable");
    await settled();
    expect(world.clock.timers).toBe(0);
    world.claims.coordinatorFound();
    (await world.coordinator.next("claim.renew")).accept({ renewed: ["c1"] });
    await settled();
    world.clock.advance(renewedLeaseMs - 1);
    expect(world.claims.confirm(["a"])).toEqual(done);
  });

  test("a coordinator found by a pod that holds nothing is not asked", () => {
    const world = claimsOf();
    world.claims.coordinatorFound();
    expect(world.coordinator.untaken).toEqual([]);
  });
});
