import type { Outcome, PodId, Waiting } from "@podlane/protocol";
import { accepted } from "@podlane/protocol";
import { describe, expect, test } from "vitest";
import { type SlotWait, TurnSlot } from "../../src/runtime/turn-slot.ts";
import { ScriptedCoordinator, settled } from "./scripted-coordinator.ts";

const never = new AbortController().signal;
const done = accepted(undefined);
const forChild = (signal: AbortSignal = never): SlotWait => {
  return { reason: "child", on: ["p-child"], signal };
};

function slotOf() {
  const coordinator = new ScriptedCoordinator();
  const shown: (Waiting["reason"] | null)[] = [];
  const refused: string[] = [];
  const slot = new TurnSlot({
    pod: "p-own" as PodId,
    generation: 1,
    coordinator: coordinator.port,
    onWaiting: (waiting) => void shown.push(waiting?.reason ?? null),
    onRefused: ({ code }) => void refused.push(code),
    nowMs: () => 7,
  });
  const begin = async (turn = 1) => {
    const asked = slot.request(turn, "user", false);
    (await coordinator.next("pod.turn_request")).accept({ admitted: true, position: 0 });
    expect(await asked).toBe(true);
  };
  return { slot, coordinator, shown, refused, begin };
}

/** A wait that ends when the test says so. */
function heldWait() {
  const { promise, resolve } = Promise.withResolvers<Outcome<void>>();
  let isRunning = false;
  const job = () => {
    isRunning = true;
    return promise;
  };
  return { job, end: () => resolve(done), isRunning: () => isRunning };
}

type World = ReturnType<typeof slotOf>;

const yieldSlot = async ({ coordinator }: World) =>
  (await coordinator.next("pod.turn_yield")).accept({});

const askedAgain = async ({ coordinator }: World) => {
  const call = await coordinator.next("pod.turn_request");
  expect(call.params).toMatchObject({ resumed: true });
  return call;
};

describe("a turn's first slot", () => {
  test("may be given in the answer or later; a refusal is told", async () => {
    const { slot, coordinator, refused } = slotOf();
    const queued = slot.request(1, "user", false);
    (await coordinator.next("pod.turn_request")).accept({ admitted: false, position: 3 });
    expect(await queued).toBe(false);
    const refusedTurn = slot.request(2, "notification", false);
    (await coordinator.next("pod.turn_request")).refuse("unavailable");
    expect(await refusedTurn).toBe(false);
    expect(refused).toEqual(["unavailable"]);
  });

  test("its admission is the controller's to take, not a wait's", async () => {
    const { slot, coordinator } = slotOf();
    const asked = slot.request(1, "user", false);
    (await coordinator.next("pod.turn_request")).accept({ admitted: false, position: 1 });
    await asked;
    expect(slot.takeAdmission(1)).toBe(false);
  });
});

describe("a wait", () => {
  test("runs without the slot, and ends with the slot", async () => {
    const world = slotOf();
    const { slot, coordinator, shown, begin } = world;
    await begin();
    const wait = heldWait();
    const waited = slot.whileWaiting(forChild(), wait.job);
    const yielded = await coordinator.next("pod.turn_yield");
    expect(yielded.params).toMatchObject({ turn: 1, waiting: { reason: "child", sinceMs: 7 } });
    expect(wait.isRunning()).toBe(false);
    yielded.accept({});
    await settled();
    expect(wait.isRunning()).toBe(true);
    wait.end();
    (await askedAgain(world)).accept({ admitted: true, position: 0 });
    expect(await waited).toEqual(done);
    expect(shown).toEqual(["child", "admission", null]);
  });

  test("for any of several says so", async () => {
    const { slot, coordinator, begin } = slotOf();
    await begin();
    void slot.whileWaiting({ ...forChild(), mode: "any" }, heldWait().job);
    const yielded = await coordinator.next("pod.turn_yield");
    expect(yielded.params).toMatchObject({ waiting: { on: ["p-child"], mode: "any" } });
  });

  test("outside a turn just runs", async () => {
    const { slot, coordinator } = slotOf();
    expect(await slot.whileWaiting(forChild(), async () => done)).toEqual(done);
    expect(coordinator.untaken).toEqual([]);
  });

  test("that would close a cycle is refused before it begins, and the slot stays", async () => {
    const { slot, coordinator, shown, begin } = slotOf();
    await begin();
    const wait = heldWait();
    const waited = slot.whileWaiting(forChild(), wait.job);
    (await coordinator.next("pod.turn_yield")).refuse("deadlock");
    expect(await waited).toMatchObject({ error: { code: "deadlock" } });
    expect(wait.isRunning()).toBe(false);
    expect({ shown, untaken: coordinator.untaken }).toEqual({ shown: [], untaken: [] });
  });

  test("that throws gives the slot back to its turn all the same", async () => {
    const world = slotOf();
    await world.begin();
    const waited = world.slot.whileWaiting(forChild(), () => Promise.reject(new Error("torn")));
    await yieldSlot(world);
    const failed = waited.catch((fault: unknown) => fault);
    (await askedAgain(world)).accept({ admitted: true, position: 0 });
    expect(await failed).toMatchObject({ message: "torn" });
  });

  test("its admission may come from the log; a second one is not its own", async () => {
    const world = slotOf();
    await world.begin();
    const waited = world.slot.whileWaiting(forChild(), async () => done);
    await yieldSlot(world);
    const asked = await askedAgain(world);
    expect(world.slot.takeAdmission(2)).toBe(false);
    expect(world.slot.takeAdmission(1)).toBe(true);
    expect(await waited).toEqual(done);
    asked.accept({ admitted: true, position: 0 });
    await settled();
    expect(world.slot.takeAdmission(1)).toBe(false);
    expect(world.shown).toEqual(["child", "admission", null]);
  });

  test("an admission told to a lost connection is asked for again", async () => {
    const world = slotOf();
    await world.begin();
    const waited = world.slot.whileWaiting(forChild(), async () => done);
    await yieldSlot(world);
    (await askedAgain(world)).accept({ admitted: false, position: 1 });
    await settled();
    world.slot.coordinatorFound();
    (await askedAgain(world)).accept({ admitted: true, position: 0 });
    expect(await waited).toEqual(done);
    world.slot.coordinatorFound();
    expect(world.coordinator.untaken).toEqual([]);
  });
});

describe("two waits of one turn", () => {
  test("the first gives the slot up, the last asks for it", async () => {
    const world = slotOf();
    await world.begin();
    const [one, two] = [heldWait(), heldWait()];
    const first = world.slot.whileWaiting(forChild(), one.job);
    const second = world.slot.whileWaiting(forChild(), two.job);
    await yieldSlot(world);
    await yieldSlot(world);
    one.end();
    expect(await first).toEqual(done);
    await yieldSlot(world);
    expect(world.coordinator.untaken).toEqual([]);
    two.end();
    (await askedAgain(world)).accept({ admitted: true, position: 0 });
    expect(await second).toEqual(done);
  });

  test("are stated together, and apart again when one of them is over", async () => {
    const world = slotOf();
    await world.begin();
    const wait = heldWait();
    const on = (child: string): SlotWait => ({ reason: "child", on: [child], signal: never });
    const stated = async () => {
      const call = await world.coordinator.next("pod.turn_yield");
      call.accept({});
      const { waiting, beside } = call.params as { waiting: Waiting; beside: Waiting[] };
      return [waiting, ...beside].flatMap((one) => one.on);
    };
    const first = world.slot.whileWaiting(on("p-a"), wait.job);
    expect(await stated()).toEqual(["p-a"]);
    const second = world.slot.whileWaiting(on("p-b"), heldWait().job);
    expect(await stated()).toEqual(["p-a", "p-b"]);
    const third = world.slot.whileWaiting(on("p-c"), heldWait().job);
    (await world.coordinator.next("pod.turn_yield")).refuse("deadlock");
    expect(await third).toMatchObject({ error: { code: "deadlock" } });
    wait.end();
    await first;
    expect(await stated()).toEqual(["p-b"]);
    void second;
  });

  test("one that begins while the slot is on its way back gives it up after that", async () => {
    const world = slotOf();
    await world.begin();
    const first = world.slot.whileWaiting(forChild(), async () => done);
    await yieldSlot(world);
    const asked = await askedAgain(world);
    const two = heldWait();
    const second = world.slot.whileWaiting(forChild(), two.job);
    await settled();
    expect(world.coordinator.untaken).toEqual([]);
    asked.accept({ admitted: true, position: 0 });
    expect(await first).toEqual(done);
    await yieldSlot(world);
    two.end();
    (await askedAgain(world)).accept({ admitted: true, position: 0 });
    expect(await second).toEqual(done);
  });
});

describe("a turn that is cancelled", () => {
  test("while it waits does not queue for its slot again", async () => {
    const world = slotOf();
    await world.begin();
    const turn = new AbortController();
    const wait = heldWait();
    const waited = world.slot.whileWaiting(forChild(turn.signal), wait.job);
    await yieldSlot(world);
    turn.abort();
    wait.end();
    expect(await waited).toEqual(done);
    expect(world.coordinator.untaken).toEqual([]);
  });

  test("while its slot is on its way ends, though no coordinator answers", async () => {
    const world = slotOf();
    await world.begin();
    const turn = new AbortController();
    const waited = world.slot.whileWaiting(forChild(turn.signal), async () => done);
    await yieldSlot(world);
    await askedAgain(world);
    turn.abort();
    expect(await waited).toEqual(done);
    expect(world.shown).toEqual(["child", "admission"]);
  });

  test("leaves nothing to the next: a wait that outlives it takes no slot", async () => {
    const world = slotOf();
    await world.begin(1);
    const stray = heldWait();
    const strayed = world.slot.whileWaiting(forChild(), stray.job);
    await yieldSlot(world);
    world.slot.end();
    await world.begin(2);
    const waited = world.slot.whileWaiting(forChild(), async () => done);
    await yieldSlot(world);
    (await askedAgain(world)).accept({ admitted: true, position: 0 });
    expect(await waited).toEqual(done);
    stray.end();
    expect(await strayed).toEqual(done);
    expect(world.coordinator.untaken).toEqual([]);
  });

  test("a turn that ends while a wait of it asks for the slot lets that wait go", async () => {
    const world = slotOf();
    await world.begin();
    const waited = world.slot.whileWaiting(forChild(), async () => done);
    await yieldSlot(world);
    await askedAgain(world);
    world.slot.end();
    expect(await waited).toEqual(done);
    expect(world.slot.takeAdmission(1)).toBe(false);
  });
});

test("a turn asked for again while it waits is the same turn", async () => {
  const world = slotOf();
  await world.begin(1);
  const wait = heldWait();
  const waited = world.slot.whileWaiting(forChild(), wait.job);
  await yieldSlot(world);
  await world.begin(1);
  wait.end();
  (await askedAgain(world)).accept({ admitted: true, position: 0 });
  expect(await waited).toEqual(done);
});
