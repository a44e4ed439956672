/**
 * A claim belongs to its registration and lasts until it is released; one that was taken for a turn
 * also ends with it, wherever it was handed to.
 */
import { expect, test } from "vitest";
import {
  acquire,
  actorOf,
  attach,
  endTurn,
  exit,
  patiently,
  requestTurn,
  rules,
  spawn,
  startPod,
} from "./cast.ts";
import { World, client } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

const forTurn = { until: "turn_end" };

/** A root pod in its first turn. */
function inTurn() {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  requestTurn(world, root, 1);
  const held = () =>
    world.read("claim.list").claims.map(({ holderName, units }) => [holderName, ...units]);
  return { world, root, held };
}

test(verifies("R116") + "a turn's end ends what was taken for it, in the same batch", () => {
  const { world, root, held } = inTurn();
  acquire(world, actorOf(root), ["src/a.ts"], forTurn);
  acquire(world, client("ada"), ["src/a.ts"], patiently);
  const before = world.log.length;
  endTurn(world, root, 1);
  const kinds = world.log.slice(before).map(({ kind }) => kind);
  expect(kinds.slice(0, 3)).toEqual(["pod.turn_ended", "claim.ended", "claim.granted"]);
  expect(held()).toEqual([["ada", "file:src/a.ts"]]);
});

test("what was taken until release outlives the turn, and its place in a queue does too", () => {
  const { world, root, held } = inTurn();
  acquire(world, client("ada"), ["proc:deploy"]);
  acquire(world, actorOf(root), ["src/a.ts"]);
  acquire(world, actorOf(root), ["proc:deploy"], patiently);
  endTurn(world, root, 1);
  expect(held()).toEqual([
    ["ada", "proc:deploy"],
    ["root", "file:src/a.ts"],
    ["root", "proc:deploy"],
  ]);
});

test("a wait that was for the turn ends with it", () => {
  const { world, root, held } = inTurn();
  acquire(world, client("ada"), ["proc:a"]);
  acquire(world, actorOf(root), ["proc:a"], { ...patiently, ...forTurn });
  endTurn(world, root, 1);
  expect(held()).toEqual([["ada", "proc:a"]]);
});

test("asking again until release keeps what was taken for the turn", () => {
  const { world, root, held } = inTurn();
  acquire(world, actorOf(root), ["src/a.ts"], forTurn);
  expect(acquire(world, actorOf(root), ["src/a.ts"]).kinds).toEqual(["claim.kept"]);
  expect(acquire(world, actorOf(root), ["src/a.ts"], forTurn).kinds).toEqual([]);
  endTurn(world, root, 1);
  expect(held()).toEqual([["root", "file:src/a.ts"]]);
});

test("a turn that ran while no coordinator was there ends what it took", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  acquire(world, actorOf(root), ["src/a.ts"], forTurn);
  endTurn(world, root, 1);
  expect(world.state.claims.live.size).toBe(0);
});

test(`${verifies("R30")}what was handed to a child stays over its turns, and comes home`, () => {
  const { world, root, held } = inTurn();
  acquire(world, actorOf(root), ["src/a.ts", "docs/b.md"], forTurn);
  const child = startPod(world, "child", { parent: root, scope: rules("src") });
  requestTurn(world, child, 1);
  endTurn(world, child, 1);
  expect(held()).toContainEqual(["child", "file:src/a.ts"]);
  exit(world, child);
  expect(held()).toEqual([
    ["root", "file:docs/b.md"],
    ["root", "file:src/a.ts"],
  ]);
  endTurn(world, root, 1);
  expect(held()).toEqual([]);
});

test("a giver's later turn is not the one it took the claim for", () => {
  const { world, root, held } = inTurn();
  acquire(world, actorOf(root), ["src/a.ts"], forTurn);
  const child = startPod(world, "child", { parent: root, scope: rules("src") });
  requestTurn(world, child, 1);
  endTurn(world, root, 1);
  expect(held()).toEqual([["child", "file:src/a.ts"]]);
  requestTurn(world, root, 2);
  exit(world, child);
  expect(held()).toEqual([]);
});

test("handed back after the turn it was taken for, it is the giver's until released", () => {
  const { world, root, held } = inTurn();
  acquire(world, actorOf(root), ["flag:beta"], forTurn);
  const [taken] = world.read("claim.list").claims;
  const child = startPod(world, "child", { parent: root, scope: rules("src") });
  requestTurn(world, child, 1);
  world.must(actorOf(root), "claim.transfer", { claim: taken?.id, to: child });
  endTurn(world, root, 1);
  const [lent] = world.read("claim.list").claims;
  world.must(actorOf(child), "claim.transfer", { claim: lent?.id, to: root });
  expect(held()).toEqual([["root", "flag:beta"]]);
  const live = [...world.state.claims.live.values()];
  expect(live).toMatchObject([{ turn: null, returnTo: [] }]);
});

test("handed down and in no use: it ends with the last turn of the two", () => {
  const first = inTurn();
  acquire(first.world, actorOf(first.root), ["src/a.ts"], forTurn);
  const child = startPod(first.world, "child", { parent: first.root, scope: rules("src") });
  endTurn(first.world, first.root, 1);
  expect(first.held()).toEqual([]);

  const second = inTurn();
  acquire(second.world, actorOf(second.root), ["src/a.ts"], forTurn);
  startPod(second.world, "child", { parent: second.root, scope: rules("src") });
  requestTurn(second.world, child, 1);
  endTurn(second.world, second.root, 1);
  expect(second.held()).toEqual([["child", "file:src/a.ts"]]);
  endTurn(second.world, child, 1);
  expect(second.held()).toEqual([]);
});

test("what was handed down until release goes home to an idle giver", () => {
  const { world, root, held } = inTurn();
  acquire(world, actorOf(root), ["src/a.ts"]);
  const child = startPod(world, "child", { parent: root, scope: rules("src") });
  endTurn(world, root, 1);
  exit(world, child);
  expect(held()).toEqual([["root", "file:src/a.ts"]]);
});

test("a child that is still starting keeps what it was handed", () => {
  const { world, root, held } = inTurn();
  acquire(world, actorOf(root), ["src/a.ts"], forTurn);
  spawn(world, "child", { parent: root, scope: rules("src") });
  endTurn(world, root, 1);
  expect(held()).toEqual([["child", "file:src/a.ts"]]);
});
