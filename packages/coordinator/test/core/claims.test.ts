import { expect, test } from "vitest";
import { acquire, actorOf, attach, patiently, rules, startPod } from "./cast.ts";
import { World, client, operator, system } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

const [ada, bob, cyd] = [client("ada"), client("bob"), client("cyd")];

function claimIn(step: { answer: unknown }) {
  return (step.answer as { claim: { id: string; fence: number; state: string; position: number } })
    .claim;
}

test(
  verifies("R81", "R88") + "a free unit is granted at once, and its token is the seq of the grant",
  () => {
    const world = new World();
    const step = acquire(world, ada, ["proc:build"]);
    expect(step.kinds).toEqual(["claim.acquired"]);
    expect(claimIn(step)).toMatchObject({ id: "c1", fence: 1, state: "granted", position: 0 });
  },
);

test(`${verifies("R242")}six spellings of a path are one unit`, () => {
  const spellings = ["src/a", "./src/a", "src//a", "src/b/../a", "file:src/a", "src/./a"];
  for (const spelling of spellings) {
    const world = new World();
    acquire(world, ada, ["file:src/a"]);
    expect(acquire(world, bob, [spelling]).refusal?.code).toBe("conflict");
  }
});

test(`${verifies("R83", "R88")}who does not wait is refused with the holder's name`, () => {
  const world = new World();
  acquire(world, ada, ["proc:build"]);
  const { refusal, events } = acquire(world, bob, ["proc:build"]);
  expect(refusal).toMatchObject({ code: "conflict", data: { blockedBy: [{ holderName: "ada" }] } });
  expect(events).toEqual([]);
});

test(
  verifies("R84", "R86", "R113") +
    "shared claims hold together, and an exclusive one waits for all of them",
  () => {
    const world = new World();
    const first = claimIn(acquire(world, ada, ["proc:test"], { mode: "shared" }));
    const second = claimIn(acquire(world, bob, ["proc:test"], { mode: "shared" }));
    expect(claimIn(acquire(world, cyd, ["proc:test"], patiently)).state).toBe("queued");
    world.must(ada, "claim.release", { claim: first.id });
    expect(world.send(bob, "claim.release", { claim: second.id }).kinds).toContain("claim.granted");
  },
);

test(
  verifies("R81", "R83", "R242") +
    "a directory overlaps everything beneath it and every directory above",
  () => {
    const clashes = [
      ["dir:src", "file:src/a/b.ts"],
      ["file:src/a/b.ts", "dir:src"],
      ["dir:src/a", "dir:."],
      ["dir:.", "file:x"],
      ["dir:src/a", "file:src/a"],
    ];
    for (const [held = "", wanted = ""] of clashes) {
      const world = new World();
      acquire(world, ada, [held]);
      expect(acquire(world, bob, [wanted]).refusal?.code, `${held} ${wanted}`).toBe("conflict");
    }
  },
);

test("names that only begin alike do not overlap", () => {
  const world = new World();
  acquire(world, ada, ["dir:src/a"]);
  expect(acquire(world, bob, ["dir:src/ab", "file:src/a.ts"]).refusal).toBeNull();
});

test("a released file leaves nothing behind in its directory", () => {
  const world = new World();
  const { id } = claimIn(acquire(world, ada, ["src/a/b/c.ts"]));
  world.must(ada, "claim.release", { claim: id });
  expect(world.state.claims).toMatchObject({ directories: 0 });
  expect([world.state.claims.beneath.size, world.state.claims.byKey.size]).toEqual([0, 0]);
  expect(acquire(world, bob, ["dir:src"]).refusal).toBeNull();
});

test("a set is granted whole or queued whole", () => {
  const world = new World();
  const held = claimIn(acquire(world, ada, ["proc:a"]));
  acquire(world, bob, ["proc:a", "proc:b"], patiently);
  expect(acquire(world, cyd, ["proc:b"]).refusal?.code).toBe("conflict");
  const step = world.send(ada, "claim.release", { claim: held.id });
  expect(step.kinds).toEqual(["claim.ended", "claim.granted"]);
});

test("a newcomer does not pass an older waiter that it conflicts with", () => {
  const world = new World();
  acquire(world, ada, ["proc:test"], { mode: "shared" });
  acquire(world, bob, ["proc:test"], patiently);
  const late = acquire(world, cyd, ["proc:test"], { mode: "shared", ...patiently });
  expect(claimIn(late)).toMatchObject({ state: "queued", position: 2 });
});

test("a better priority goes first, but not for ever", () => {
  const world = new World();
  const held = claimIn(acquire(world, ada, ["proc:a"]));
  const wait = { wait: { deadlineMs: 3_600_000 } };
  acquire(world, bob, ["proc:a"], { priority: 6, ...wait });
  const early = claimIn(acquire(world, cyd, ["proc:a"], { priority: 5, ...wait }));
  world.pass(70_000);
  acquire(world, client("dan"), ["proc:a"], { priority: 5, ...wait });
  const order = [held, early].map(({ id }) => id);
  const first = world.send(ada, "claim.release", { claim: order[0] }).events.at(-1);
  expect(first?.subject).toBe(`claim:${early.id}`);
  const second = world.send(cyd, "claim.release", { claim: early.id }).events.at(-1);
  expect(second).toMatchObject({ kind: "claim.granted", subject: "claim:c2" });
});

test(
  verifies("R85", "R86", "R116") +
    "a grant ends at its TTL on the log's clock, and the next waiter gets it",
  () => {
    const world = new World();
    acquire(world, ada, ["proc:a"], { ttlMs: 10_000 });
    acquire(world, bob, ["proc:a"], patiently);
    expect(world.pass(9_000).kinds).toEqual([]);
    expect(world.pass(1_000).kinds).toEqual(["claim.ended", "claim.granted"]);
  },
);

test("renewing extends every grant of the registration from now", () => {
  const world = new World();
  acquire(world, ada, ["proc:a"], { ttlMs: 10_000 });
  const [claim] = world.state.claims.live.keys();
  world.pass(8_000);
  expect(world.must(ada, "claim.renew")).toEqual({ renewed: [claim] });
  expect(world.pass(9_000).kinds).toEqual([]);
});

test("renewing at the instant of expiry comes too late", () => {
  const world = new World();
  acquire(world, ada, ["proc:a"], { ttlMs: 10_000 });
  world.nowMs += 10_000;
  const step = world.send(ada, "claim.renew");
  expect(step).toMatchObject({ answer: { renewed: [] }, kinds: ["claim.ended"] });
});

test("a waiter gives up at its deadline", () => {
  const world = new World();
  acquire(world, ada, ["proc:a"]);
  acquire(world, bob, ["proc:a"], { wait: { deadlineMs: 3_000 } });
  const { events } = world.pass(3_000);
  expect(events.map((event) => event.data)).toEqual([{ how: "gave_up", lost: "bob" }]);
});

test(`${verifies("R246")}a pushed grant lapses unless it is accepted within five seconds`, () => {
  const world = new World();
  const held = claimIn(acquire(world, ada, ["proc:a"]));
  const bobs = claimIn(acquire(world, bob, ["proc:a"], patiently));
  acquire(world, cyd, ["proc:a"], patiently);
  const granted = world.send(ada, "claim.release", { claim: held.id }).events.at(-1);
  const { events } = world.pass(5_000);
  expect(events.map((event) => event.kind)).toEqual(["claim.ended", "claim.granted"]);
  expect(events[0]?.data).toMatchObject({ how: "lapsed" });
  const late = world.send(system, "claim.accept", { claim: bobs.id, fence: granted?.seq });
  expect(late.refusal?.code).toBe("stale_token");
});

test("an accepted grant stays", () => {
  const world = new World();
  const held = claimIn(acquire(world, ada, ["proc:a"]));
  const { id } = claimIn(acquire(world, bob, ["proc:a"], patiently));
  const fence = world.send(ada, "claim.release", { claim: held.id }).events.at(-1)?.seq;
  world.must(system, "claim.accept", { claim: id, fence });
  expect(world.pass(20_000).kinds).toEqual([]);
});

test(`${verifies("R241")}an old token releases nothing`, () => {
  const world = new World();
  const { id, fence } = claimIn(acquire(world, ada, ["proc:a"]));
  for (const other of [fence - 1, fence + 1]) {
    const { refusal } = world.send(ada, "claim.release", { claim: id, fence: other });
    expect(refusal?.code).toBe("stale_token");
  }
  world.must(ada, "claim.release", { claim: id, fence });
  expect(world.send(ada, "claim.release", { claim: id, fence }).refusal?.code).toBe("stale_token");
});

test("nobody releases what another holds, and the attempt is on the log", () => {
  const world = new World();
  const { id } = claimIn(acquire(world, ada, ["proc:a"]));
  const step = world.send(bob, "claim.release", { claim: id });
  expect(step.refusal?.code).toBe("unauthorized");
  expect(step.kinds).toEqual(["request.denied"]);
});

test("asking again for what one has answers the same claim, and renews it at half time", () => {
  const world = new World();
  const first = claimIn(acquire(world, ada, ["proc:a", "proc:b"], { ttlMs: 60_000 }));
  const again = acquire(world, ada, ["proc:b"], { ttlMs: 60_000 });
  expect([claimIn(again).id, again.kinds]).toEqual([first.id, []]);
  world.pass(40_000);
  expect(acquire(world, ada, ["proc:a"], { ttlMs: 60_000 }).kinds).toEqual(["claim.renewed"]);
});

test("asking again while queued keeps the place in the queue", () => {
  const world = new World();
  acquire(world, ada, ["proc:a"]);
  const first = claimIn(acquire(world, bob, ["proc:a"], patiently));
  const again = acquire(world, bob, ["proc:a"], patiently);
  expect([claimIn(again).id, again.kinds]).toEqual([first.id, []]);
});

test(
  verifies("R246") +
    "two that wait for each other: the second is refused and the cycle spelled out",
  () => {
    const world = new World();
    acquire(world, ada, ["proc:a"]);
    acquire(world, bob, ["proc:b"]);
    acquire(world, ada, ["proc:b"], patiently);
    const { refusal } = acquire(world, bob, ["proc:a"], patiently);
    expect(refusal).toMatchObject({ code: "deadlock", data: { cycle: ["bob", "ada"] } });
    expect(refusal?.message).toContain("bob waits for proc:a held by ada");
    expect(refusal?.message).toContain("ada waits for proc:b held by bob");
  },
);

test("overtaking a waiter counts as a wait of that waiter", () => {
  const world = new World();
  acquire(world, ada, ["proc:a"]);
  acquire(world, bob, ["proc:b"]);
  acquire(world, ada, ["proc:b"], { priority: 9, ...patiently });
  const step = acquire(world, client("dan"), ["proc:b"], { priority: 1, ...patiently });
  expect(step.refusal).toBeNull();
  expect(acquire(world, client("dan"), ["proc:a"], patiently).refusal?.code).toBe("deadlock");
});

test("upgrading a shared claim that two hold is a deadlock for the second", () => {
  const world = new World();
  acquire(world, ada, ["proc:a"], { mode: "shared" });
  acquire(world, bob, ["proc:a"], { mode: "shared" });
  expect(acquire(world, ada, ["proc:a"], patiently).refusal).toBeNull();
  expect(acquire(world, bob, ["proc:a"], patiently).refusal?.code).toBe("deadlock");
});

test(
  verifies("R86", "R87", "R246") + "sixty waiters, one release: one grant, to the oldest",
  () => {
    const world = new World();
    const { id } = claimIn(acquire(world, ada, ["proc:a"]));
    for (let n = 0; n < 60; n += 1) acquire(world, client(`w${n}`), ["proc:a"], patiently);
    const step = world.send(operator, "claim.release", { claim: id });
    expect(step.kinds).toEqual(["claim.ended", "claim.granted"]);
    expect(step.events[1]?.subject).toBe("claim:c2");
  },
);

test("a pod claims only inside its effective write scope", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root", { scope: rules("src") });
  expect(acquire(world, actorOf(root), ["src/a.ts", "proc:build"]).refusal).toBeNull();
  const step = acquire(world, actorOf(root), ["docs/a.md"]);
  expect(step.refusal?.code).toBe("out_of_scope");
  expect(step.kinds).toEqual(["request.denied"]);
  startPod(world, "child", { parent: root, scope: rules("src/lib") });
  expect(acquire(world, actorOf(root), ["src/lib/x.ts"]).refusal?.code).toBe("out_of_scope");
  expect(acquire(world, actorOf(root), ["dir:src"]).refusal?.code).toBe("out_of_scope");
});

test(
  verifies("R220") + "why a claim waits: who is in the way, since when, and what that one does",
  () => {
    const world = new World();
    acquire(world, ada, ["proc:a"], { reason: "release" });
    const { id } = claimIn(acquire(world, bob, ["proc:a"], patiently));
    world.pass(5_000);
    const { lines } = world.read("claim.why", { claim: id });
    expect(lines[0]).toMatch(/bob queues for exclusive proc:a since 5 s/);
    expect(lines[1]).toMatch(/behind c1: ada holds exclusive proc:a \(release\) since 5 s/);
  },
);
