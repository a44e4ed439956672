/**
 * Whatever is asked, in whatever order: the world checks every invariant after each command, and
 * these tests add what only shows over a whole history.
 */
import type { PodId } from "@podlane/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LogEvent } from "../../src/core/event.ts";
import { tickMethod } from "../../src/core/rules.ts";
import { Undo } from "../../src/core/undo.ts";
import { workspaceRules } from "../../src/core/workspace-rules.ts";
import {
  acquire,
  actorOf,
  attach,
  endTurn,
  exit,
  requestTurn,
  rules,
  spec,
  start,
} from "./cast.ts";
import { World, client, operator, system } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

const units = ["file:a/x", "file:a/y", "file:b/x", "dir:a", "dir:.", "proc:build", "proc:test"];
const agents = ["ada", "bob", "cyd", "dan"].map(client);

type Command = (world: World) => void;

const anAgent = fc.constantFrom(...agents);
const someUnits = fc.uniqueArray(fc.constantFrom(...units), { minLength: 1, maxLength: 3 });

const claimCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        actor: anAgent,
        wanted: someUnits,
        mode: fc.constantFrom("exclusive", "exclusive", "shared"),
        priority: fc.constantFrom(1, 5, 5, 9),
        ttlMs: fc.constantFrom(3_000, 60_000),
        wait: fc.constantFrom<unknown>("none", { deadlineMs: 4_000 }, { deadlineMs: 90_000 }),
      })
      .map(
        ({ actor, wanted, ...more }): Command =>
          (world) =>
            void acquire(world, actor, wanted, more),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.nat().map(
      (pick): Command =>
        (world) =>
          releaseSome(world, pick),
    ),
  },
  {
    weight: 1,
    arbitrary: anAgent.map(
      (actor): Command =>
        (world) =>
          void world.send(actor, "claim.renew"),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 8_000 }).map(
      (ms): Command =>
        (world) =>
          void world.pass(ms),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat().map(
      (pick): Command =>
        (world) =>
          acceptSome(world, pick),
    ),
  },
);

function sortedClaims(world: World) {
  return [...world.state.claims.live.values()].toSorted((a, b) => a.seq - b.seq);
}

function releaseSome(world: World, pick: number): void {
  const claims = sortedClaims(world);
  const claim = claims[pick % Math.max(1, claims.length)];
  if (claim !== undefined) world.send(client(claim.holder), "claim.release", { claim: claim.id });
}

function acceptSome(world: World, pick: number): void {
  const granted = sortedClaims(world).filter((claim) => claim.acceptByMs !== null);
  const claim = granted[pick % Math.max(1, granted.length)];
  if (claim === undefined) return;
  world.send(system, "claim.accept", { claim: claim.id, fence: claim.fence });
}

test(
  verifies("R83", "R85", "R122", "R241", "R246") +
    "claims: one holder, rising tokens, no deadlock, and all are free in the end",
  () => {
    fc.assert(
      fc.property(fc.array(claimCommand, { maxLength: 60 }), (commands) => {
        const world = new World();
        for (const command of commands) command(world);
        const grants = world.log.filter((event) => /acquired|granted|transferred/.test(event.kind));
        const seqs = grants.map((event) => event.seq);
        expect(seqs).toEqual([...seqs].toSorted((a, b) => a - b));
        world.pass(200_000);
        expect(world.state.claims.live.size).toBe(0);
        expect([world.state.claims.byKey.size, world.state.claims.beneath.size]).toEqual([0, 0]);
        expect(world.state.claims.directories).toBe(0);
      }),
      { numRuns: 150 },
    );
  },
);

test(
  verifies("R87") + "claims: same priority on one unit is granted in the order of asking",
  () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3 }), { minLength: 2, maxLength: 20 }), (pauses) => {
        const world = new World();
        acquire(world, client("first"), ["proc:a"]);
        const asked = pauses.map((pause, n) => {
          world.nowMs += pause;
          const step = acquire(world, client(`w${n}`), ["proc:a"], {
            wait: { deadlineMs: 90_000 },
          });
          return step.events[0]?.subject;
        });
        const granted: unknown[] = [];
        for (let n = 0; n <= pauses.length; n += 1) {
          const [holder] = sortedClaims(world).filter((claim) => claim.fence !== null);
          if (holder === undefined) break;
          const step = world.send(client(holder.holder), "claim.release", { claim: holder.id });
          const grant = step.events.find((event) => event.kind === "claim.granted");
          if (grant !== undefined) granted.push(grant.subject);
        }
        expect(granted).toEqual(asked);
      }),
      { numRuns: 50 },
    );
  },
);

/** Living pods in spawn order. */
function living(world: World): PodId[] {
  return [...world.state.pods.living].toSorted();
}

function pickPod(world: World, pick: number): PodId | undefined {
  const ids = living(world);
  return ids[pick % Math.max(1, ids.length)];
}

const targets = ["src", "src/a", "src/a/deep", "src/b", "docs", "docs/x", "."];

function spawnSome(world: World, { pick, target }: { pick: number; target: string }): void {
  const parent = pick % 4 === 0 ? null : (pickPod(world, pick) ?? null);
  const above = parent === null ? undefined : world.state.pods.byId.get(parent)?.spec.delegate;
  const delegate = above === undefined ? 3 : Math.max(0, above - 1);
  const name = `pod${world.log.length}`;
  const params = { parent, spec: spec(name, { scope: rules(target), delegate }) };
  const actor = parent === null ? operator : actorOf(parent);
  const step = world.send(actor, "pod.spawn", params);
  if (step.refusal === null) start(world, world.state.pods.byName.get(name) as PodId);
}

const somePick = fc.nat({ max: 1_000 });
const treeCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ pick: somePick, target: fc.constantFrom(...targets) }).map(
      (options): Command =>
        (world) =>
          spawnSome(world, options),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(somePick, someUnits, fc.boolean())
      .map(([pick, wanted, waits]): Command => (world) => {
        const id = pickPod(world, pick);
        const wait = waits ? { wait: { deadlineMs: 30_000 } } : {};
        if (id !== undefined)
          acquire(world, actorOf(id), ["src/a/x", ...wanted].slice(pick % 2), wait);
      }),
  },
  {
    weight: 2,
    arbitrary: somePick.map((pick): Command => (world) => {
      const id = pickPod(world, pick);
      const cause = pick % 2 === 0 ? "finished" : "killed";
      if (id !== undefined) exit(world, id, { cause });
    }),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(somePick, somePick).map(
      ([a, b]): Command =>
        (world) =>
          turnSome(world, a, b),
    ),
  },
  {
    weight: 1,
    arbitrary: somePick.map((pick): Command => (world) => {
      const id = pickPod(world, pick);
      const stop = { pod: id, tree: true, deadlineMs: 10, cause: "requested" };
      if (id !== undefined && pick % 3 === 0) world.send(operator, "pod.stop", stop);
    }),
  },
);

/** Whatever the pod's turn allows next: ask, wait for another pod, ask again, or end. */
function turnSome(world: World, pick: number, other: number): void {
  const id = pickPod(world, pick);
  const on = pickPod(world, other);
  const entry = id === undefined ? undefined : world.state.pods.byId.get(id);
  if (id === undefined || on === undefined || entry === undefined) return;
  if (entry.state === "stopping") return;
  const n = entry.turn?.n ?? (entry.lastTurn?.turn ?? 0) + 1;
  const waiting = { reason: "child", on: [on], sinceMs: 0 };
  switch (entry.turn?.phase) {
    case undefined:
      return void requestTurn(world, id, n);
    case "requested":
      return;
    case "yielded":
      return void requestTurn(world, id, n, { resumed: true });
    case "running":
      if (on === id || other % 2 === 0) return endTurn(world, id, n);
      return void world.send(actorOf(id), "pod.turn_yield", {
        pod: id,
        generation: 1,
        turn: n,
        waiting,
        beside: [],
      });
  }
}

test(
  verifies("R37", "R99") + "trees: scopes stay inside, come home, and the dead hold nothing",
  () => {
    fc.assert(
      fc.property(fc.array(treeCommand, { maxLength: 60 }), (commands) => {
        const world = new World();
        attach(world);
        for (const command of commands) command(world);
        for (const id of living(world)) exit(world, id, { cause: "killed" });
        const { pods, turns, claims } = world.state;
        expect([pods.living.size, pods.byName.size]).toEqual([0, 0]);
        expect([turns.running.size, turns.queued.size, turns.yielded.size]).toEqual([0, 0, 0]);
        expect(claims.live.size).toBe(0);
        const lent = world.log.filter((event) => event.kind === "scope.lent").length;
        expect(world.log.filter((event) => event.kind === "scope.returned")).toHaveLength(lent);
      }),
      { numRuns: 150 },
    );
  },
);

test(
  verifies("R117") + "the state is the fold of the log, and a rolled back draft leaves no trace",
  () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(claimCommand, treeCommand), { maxLength: 40 }), (commands) => {
        const world = new World();
        attach(world);
        for (const command of commands) command(world);
        const state = fold(world.log);
        expect(state).toEqual(world.state);
        const undo = new Undo();
        const tick = { method: tickMethod, params: {}, actor: system };
        const nowMs = world.nowMs + 100_000;
        const decided = workspaceRules.decide(state, tick, {
          nowMs,
          nextSeq: world.log.length + 1,
        });
        const probe = { kind: "pod.spawned", subject: "pod:p00000000", data: probeData() };
        [...(decided.events ?? []), probe].forEach((event, at) => {
          const logged = { ...event, v: 1, seq: world.log.length + 1 + at, atMs: nowMs };
          workspaceRules.evolve(state, { ...logged, actor: system }, undo);
        });
        undo.rollback();
        expect(state).toEqual(world.state);
      }),
      { numRuns: 60 },
    );
  },
);

function probeData() {
  const id = "p00000000";
  return { id, parent: null, hostId: "local", path: "probe", scope: [], spec: spec("probe") };
}

function fold(log: readonly LogEvent[]) {
  const state = workspaceRules.initial();
  for (const event of log) workspaceRules.evolve(state, event, new Undo());
  return state;
}

test(`${verifies("R87", "R221")}the same commands make the same log`, () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(claimCommand, treeCommand), { maxLength: 40 }), (commands) => {
      const play = (): readonly LogEvent[] => {
        const world = new World();
        attach(world);
        for (const command of commands) command(world);
        return world.log;
      };
      expect(play()).toEqual(play());
    }),
    { numRuns: 40 },
  );
});
