/** Pause-locks: work on a paused feature is neither started nor finalised. */
import { expect, test } from "vitest";
import { acquire, attach, named, patiently, podOf, run, start, submit, work } from "./cast.ts";
import { World, client, operator } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

const [ada, bob, cyd] = [client("ada"), client("bob"), client("cyd")];
const commit = "c".repeat(40);

const idOf = ({ answer }: { answer: unknown }) => (answer as { claim: { id: string } }).claim.id;

test(`${verifies("R93")}while a feature is paused nobody else gets it`, () => {
  const world = new World();
  const pause = idOf(acquire(world, ada, ["feature:x:pause"]));
  expect(acquire(world, bob, ["feature:x"]).refusal?.code).toBe("conflict");
  expect(acquire(world, bob, ["feature:y"]).refusal).toBeNull();
  expect(acquire(world, ada, ["feature:x"]).refusal).toBeNull();
  world.must(ada, "claim.release", { claim: idOf(acquire(world, ada, ["feature:x"])) });
  acquire(world, bob, ["feature:x"], { mode: "shared", ...patiently });
  const step = world.send(ada, "claim.release", { claim: pause });
  expect(step.kinds).toEqual(["claim.ended", "claim.granted"]);
});

test("a pause waits for nobody who has the feature, and stops who waits for it", () => {
  const world = new World();
  const bobs = idOf(acquire(world, bob, ["feature:x"]));
  acquire(world, cyd, ["feature:x"], patiently);
  const pause = acquire(world, ada, ["feature:x:pause"]);
  expect(pause.kinds).toEqual(["claim.acquired"]);
  expect(world.send(bob, "claim.release", { claim: bobs }).kinds).toEqual(["claim.ended"]);
  const freed = world.send(ada, "claim.release", { claim: idOf(pause) });
  expect(freed.kinds).toEqual(["claim.ended", "claim.granted"]);
});

test("a pause that would stop whom its owner waits for is refused with the cycle", () => {
  const world = new World();
  acquire(world, bob, ["feature:x"]);
  acquire(world, cyd, ["proc:build"]);
  acquire(world, cyd, ["feature:x"], patiently);
  acquire(world, ada, ["proc:build"], patiently);
  expect(acquire(world, ada, ["feature:x:pause"]).refusal?.code).toBe("deadlock");
});

test(verifies("R93") + "a task of a paused feature is not started, and says why", () => {
  const world = new World();
  attach(world);
  const pause = idOf(acquire(world, ada, ["feature:x:pause"]));
  submit(world, { a: { claims: ["feature:x"] }, b: {} });
  expect(run(world).tasks.map(({ state, why }) => [state, why])).toEqual([
    ["blocked", "waits for feature:x:pause held by ada"],
    ["running", "is starting"],
  ]);
  expect(world.send(ada, "claim.release", { claim: pause }).kinds).toContain("pod.spawned");
});

test(verifies("R93") + "the work of a paused feature is not merged until the pause ends", () => {
  const world = new World();
  attach(world);
  submit(world, { a: { claims: ["feature:x"], merge: { mode: "auto" } } });
  acquire(world, operator, ["feature:x:pause"], { ttlMs: 60_000 });
  const a = work(world, "a", { commit });
  expect(world.read("merge.list").merges[0]?.state).toBe("queued");
  expect(world.read("pod.why", { pod: a }).lines).toContain(
    "  its merge waits for feature:x:pause held by operator",
  );
  expect(world.pass(60_000).kinds).toEqual(["claim.ended", "merge.started"]);
});

test("reasons: dependencies, names, hosts, admission and other waits are told apart", () => {
  const world = new World();
  submit(world, { a: {}, b: { dependsOn: ["a"] } }, { maxConcurrentAgents: 1 });
  const why = () => run(world).tasks.map((task) => task.why);
  expect(why()).toEqual(["waits for a host to attach", "waits for a"]);
  attach(world);
  expect(why()[0]).toBe("is starting");
  const a = start(world, named(world, "a"));
  expect([why()[0], podOf(world, a).state]).toEqual(["is idle", "idle"]);
  world.must(operator, "run.cancel", { run: run(world).id, mode: "drain" });
  expect(why()[1]).toBe("its run is paused");
});
