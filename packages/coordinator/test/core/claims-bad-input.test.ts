/** Whatever goes wrong around a claim has one typed answer, and leaves nothing behind. */
import { AcquireClaim } from "@podlane/protocol";
import { describe, expect, test } from "vitest";
import { acquire, actorOf, attach, exit, patiently, requestTurn, startPod } from "./cast.ts";
import { World, client, host, operator, system } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

const [ada, bob] = [client("ada"), client("bob")];

const claimOf = ({ answer }: { answer: unknown }) =>
  (answer as { claim: { id: string; fence: number; state: string } }).claim;

test(`${verifies("R242")}one path in six spellings is one unit, whoever spells it`, () => {
  const spellings = ["src/ä", "./src/ä", "src//ä", "src/x/../ä", "file:src/./ä", "src/a\u0308"];
  for (const held of spellings) {
    for (const wanted of spellings) {
      const world = new World();
      acquire(world, ada, [held]);
      expect(acquire(world, bob, [wanted]).refusal?.code).toBe("conflict");
      expect(acquire(world, ada, [wanted]).kinds).toEqual([]);
    }
  }
});

describe("what is no unit is refused by name, and nothing of the set is taken", () => {
  const bad: readonly [unit: string, code: string][] = [
    ["../outside", "out_of_scope"],
    ["/etc/passwd", "out_of_scope"],
    ["a\0b", "invalid_request"],
    ["a\\b", "invalid_request"],
    ["\ud800", "invalid_request"],
    ["prox:build", "invalid_request"],
    ["file:", "invalid_request"],
    ["file:src/", "invalid_request"],
    ["feature:x:stop", "invalid_request"],
    ["env:1BAD", "invalid_request"],
    [`file:${"x".repeat(1_100)}`, "too_large"],
  ];
  for (const [unit, code] of bad) {
    test(`${JSON.stringify(unit.slice(0, 20))} is ${code}`, () => {
      const world = new World();
      const step = acquire(world, ada, ["proc:good", unit]);
      expect(step.refusal?.code).toBe(code);
      expect(world.state.claims.live.size).toBe(0);
    });
  }
});

test("TTLs and priorities that are none never reach the rules", () => {
  const bad = [{ ttlMs: 0 }, { ttlMs: -5 }, { ttlMs: NaN }, { ttlMs: 315_576_000_000 }];
  for (const more of [...bad, { priority: NaN }, { priority: 0 }, { priority: 11 }]) {
    expect(AcquireClaim.safeParse({ units: ["a"], ...more }).success).toBe(false);
  }
  expect(AcquireClaim.safeParse({ units: ["a"], ttlMs: 1_000 }).success).toBe(true);
  expect(AcquireClaim.safeParse({ units: ["a"], ttlMs: 8 * 3_600_000 }).success).toBe(true);
});

test(
  verifies("R241") + "an old token releases nothing, also after the same unit was won again",
  () => {
    const world = new World();
    const first = claimOf(acquire(world, ada, ["proc:a"], { ttlMs: 1_000 }));
    world.pass(1_000);
    const second = claimOf(acquire(world, ada, ["proc:a"]));
    expect(second.fence).toBeGreaterThan(first.fence);
    const stale = world.send(ada, "claim.release", { claim: second.id, fence: first.fence });
    expect(stale.refusal?.code).toBe("stale_token");
    const gone = world.send(ada, "claim.release", { claim: first.id, fence: first.fence });
    expect(gone.refusal?.code).toBe("stale_token");
    expect(world.state.claims.live.size).toBe(1);
  },
);

test(
  verifies("R241") + "without a token the holder's own grant counts, while it has not run out",
  () => {
    const world = new World();
    const { id } = claimOf(acquire(world, ada, ["proc:a"], { ttlMs: 1_000 }));
    world.nowMs += 1_000;
    expect(world.send(ada, "claim.release", { claim: id }).refusal?.code).toBe("stale_token");
  },
);

test("at the instant of expiry a renewal is too late, one instant before it is not", () => {
  const world = new World();
  const { id } = claimOf(acquire(world, ada, ["proc:a"], { ttlMs: 10_000 }));
  world.nowMs += 9_999;
  expect(world.must(ada, "claim.renew")).toEqual({ renewed: [id] });
  world.nowMs += 10_000;
  expect(world.must(ada, "claim.renew")).toEqual({ renewed: [] });
  expect(world.state.claims.live.size).toBe(0);
});

test("asking again for one claim brings back no other that has run out beside it", () => {
  const world = new World();
  const short = claimOf(acquire(world, ada, ["proc:short"], { ttlMs: 1_000 }));
  const long = claimOf(acquire(world, ada, ["proc:long"], { ttlMs: 4_000 }));
  // As where another coordinator has moved log time, and this one has not ticked yet.
  world.nowMs += 2_500;
  const step = acquire(world, ada, ["proc:long"], { ttlMs: 4_000 });
  expect(step.kinds).toEqual(["claim.ended", "claim.renewed"]);
  const [ended] = step.events;
  expect(ended).toMatchObject({ subject: `claim:${short.id}`, data: { how: "expired" } });
  expect([...world.state.claims.live.keys()]).toEqual([long.id]);
});

test("asking again accepts a pushed grant in time, and is a new claim if it lapsed", () => {
  for (const [afterMs, kinds] of [
    [4_999, ["claim.accepted"]],
    [5_000, ["claim.acquired"]],
  ] as const) {
    const world = new World();
    const held = claimOf(acquire(world, ada, ["proc:a"]));
    acquire(world, bob, ["proc:a"], patiently);
    world.must(ada, "claim.release", { claim: held.id });
    world.nowMs += afterMs;
    expect(acquire(world, bob, ["proc:a"]).kinds).toEqual(kinds);
  }
});

test("at the instant of expiry the unit is the next one's", () => {
  const world = new World();
  acquire(world, ada, ["proc:a"], { ttlMs: 10_000 });
  const waiting = claimOf(acquire(world, bob, ["proc:a"], patiently));
  world.nowMs += 10_000;
  const { kinds } = world.send(ada, "claim.renew");
  expect(kinds).toEqual(["claim.ended", "claim.granted"]);
  expect(world.state.claims.live.get(waiting.id as never)?.fence).not.toBeNull();
});

test(
  verifies("R85", "R99") + "a thousand waiters whose holder dies: the oldest gets it at once",
  () => {
    const world = new World();
    attach(world);
    const holder = startPod(world, "holder");
    acquire(world, actorOf(holder), ["proc:a"]);
    const wait = { wait: { deadlineMs: 3_600_000 } };
    const waiting = Array.from({ length: 1_000 }, (_, n) => {
      return claimOf(world.quickly(client(`w${n}`), "claim.acquire", request(["proc:a"], wait)));
    });
    expect(waiting.every(({ state }) => state === "queued")).toBe(true);
    const exited = { code: null, signal: "SIGKILL", cause: "killed", dirty: [], lastOutput: "" };
    const death = { pod: holder, generation: 1, exit: exited, lastSeq: 0 };
    const { events } = world.quickly(host, "host.exited", death);
    const granted = events.filter(({ kind }) => kind === "claim.granted");
    expect(granted.map(({ subject }) => subject)).toEqual([`claim:${waiting[0]?.id}`]);
  },
);

test("a thousand who only read are let in together, in the order of asking", () => {
  const world = new World();
  const { id } = claimOf(acquire(world, ada, ["proc:a"]));
  const shared = request(["proc:a"], { mode: "shared", ...patiently });
  const ids = Array.from({ length: 1_000 }, (_, n) => {
    return claimOf(world.quickly(client(`r${n}`), "claim.acquire", shared)).id;
  });
  const step = world.quickly(ada, "claim.release", { claim: id });
  const granted = step.events.filter(({ kind }) => kind === "claim.granted");
  expect(granted.map(({ subject }) => subject)).toEqual(ids.map((one) => `claim:${one}`));
});

test(`${verifies("R99")}a waiter that dies as it is granted does not keep the unit`, () => {
  const world = new World();
  attach(world);
  const waiter = startPod(world, "waiter");
  const { id } = claimOf(acquire(world, ada, ["proc:a"]));
  acquire(world, actorOf(waiter), ["proc:a"], patiently);
  const last = claimOf(acquire(world, bob, ["proc:a"], patiently));
  world.must(ada, "claim.release", { claim: id });
  const { events } = exit(world, waiter, { cause: "killed" });
  expect(events.at(-1)).toMatchObject({ kind: "claim.granted", subject: `claim:${last.id}` });
});

test("a waiter that says nothing to its grant loses it, and every one behind it in turn", () => {
  const world = new World();
  const { id } = claimOf(acquire(world, ada, ["proc:a"]));
  const wait = { wait: { deadlineMs: 600_000 } };
  const ids = ["w1", "w2", "w3"].map(
    (who) => claimOf(acquire(world, client(who), ["proc:a"], wait)).id,
  );
  world.must(ada, "claim.release", { claim: id });
  const { events } = world.pass(15_000);
  const granted = events.filter(({ kind }) => kind === "claim.granted");
  expect(granted.map(({ subject }) => subject)).toEqual(ids.slice(1).map((one) => `claim:${one}`));
  expect(world.state.claims.live.size).toBe(0);
});

test(`${verifies("R246")}a flood of high priority overtakes for nine minutes at most`, () => {
  const world = new World();
  const wait = { wait: { deadlineMs: 3_600_000 } };
  let holder = claimOf(acquire(world, ada, ["proc:a"])).id;
  let held: string = "ada";
  const patient = claimOf(acquire(world, bob, ["proc:a"], { priority: 10, ...wait })).id;
  let bypassed = 0;
  for (let n = 0; held !== "bob"; n += 1) {
    expect(n).toBeLessThan(120);
    for (const one of ["x", "y"]) {
      const flood = request(["proc:a"], { priority: 1, ...wait });
      world.quickly(client(`${one}${n}`), "claim.acquire", flood);
    }
    world.nowMs += 10_000;
    const { events } = world.quickly(client(held), "claim.release", { claim: holder });
    const next = events.findLast(({ kind }) => kind === "claim.granted");
    holder = String(next?.subject).slice("claim:".length);
    held = world.state.claims.live.get(holder as never)?.holder ?? "";
    world.quickly(system, "claim.accept", { claim: holder, fence: next?.seq });
    if (held !== "bob") bypassed += 1;
  }
  expect(holder).toBe(patient);
  // Only what was asked for within nine steps of a minute goes before: two each ten seconds.
  expect(bypassed).toBeGreaterThan(50);
  expect(bypassed).toBeLessThanOrEqual(2 * 54);
});

test("a claim is not handed to the dead, to an outsider, or by somebody else", () => {
  const world = new World();
  attach(world);
  const [one, two] = [startPod(world, "one"), startPod(world, "two")];
  const { id } = claimOf(acquire(world, actorOf(one), ["proc:a"]));
  exit(world, two);
  const hand = (to: string, actor = actorOf(one)) =>
    world.send(actor, "claim.transfer", { claim: id, to }).refusal?.code;
  expect([hand(two), hand("p00000000")]).toEqual(["not_found", "not_found"]);
  expect(hand(one, actorOf("p99999999"))).toBe("unauthorized");
  expect(world.send(operator, "claim.transfer", { claim: "c999", to: one }).refusal?.code).toBe(
    "stale_token",
  );
});

test("an ended pod can take nothing any more, and its old turn changes nothing", () => {
  const world = new World();
  attach(world);
  const pod = startPod(world, "pod");
  requestTurn(world, pod);
  exit(world, pod);
  expect(acquire(world, actorOf(pod), ["proc:a"]).refusal?.code).toBe("stale_generation");
  const again = { pod, generation: 1, turn: 2, cause: "user", resumed: false };
  const { refusal } = world.send(actorOf(pod), "pod.turn_request", again);
  expect(refusal?.code).toBe("stale_generation");
});

function request(wanted: readonly string[], more: object) {
  return AcquireClaim.parse({ units: wanted, ...more });
}
