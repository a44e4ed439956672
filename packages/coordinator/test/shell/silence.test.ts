/** What several coordinators on one log make of silence, each looking at one state in turn. */
import type { RegistrationId, ReplicaId } from "@podlane/protocol";
import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { attachMethod, verdictMethod } from "../../src/core/workspace-rules.ts";
import { Silence } from "../../src/shell/silence.ts";
import { attach, spawn, start, startPod } from "../core/cast.ts";
import { World, client, system } from "../core/world.ts";

const deadAfterMs = 60_000;

/** Coordinators that each hear what the test lets them hear. */
class Stage {
  readonly world = new World();
  readonly living = new Set<ReplicaId>();
  readonly #ears = new Map<ReplicaId, { silence: Silence; heard: Map<RegistrationId, number> }>();

  join(name: string): void {
    const id = name as ReplicaId;
    const heard = new Map<RegistrationId, number>();
    const silence = new Silence({
      nowMs: () => this.world.nowMs,
      deadAfterMs,
      lastHeardMs: (registration) => heard.get(registration) ?? null,
      leases: { id, living: () => this.living },
    });
    this.#ears.set(id, { silence, heard });
    this.living.add(id);
  }

  /** It ends without a word; its row stays until its lease has run out. */
  kill(name: string): void {
    this.#ears.delete(name as ReplicaId);
  }

  register(name: string): RegistrationId {
    const params = { agentType: "", capabilities: [], currentTask: null, delegatedFrom: null };
    return this.world.must(client(name), "registration.register", params).registration.id;
  }

  connect(replica: string, id: string): void {
    this.#ears.get(replica as ReplicaId)?.silence.arrived(id as RegistrationId);
    this.speak(replica, id);
  }

  speak(replica: string, id: string): void {
    this.#ears.get(replica as ReplicaId)?.heard.set(id as RegistrationId, this.world.nowMs);
  }

  /** Every second each coordinator looks; says what came onto the log. */
  pass(ms: number, between: () => void = () => {}): string[] {
    const first = this.world.log.length;
    for (let left = ms; left > 0; left -= 1_000) {
      this.world.nowMs += 1_000;
      between();
      for (const [replica, { silence }] of this.#ears) {
        const { attach: registrations, verdicts } = silence.look(this.world.state);
        const send = (method: string, params: unknown) => this.world.send(system, method, params);
        if (registrations.length > 0) send(attachMethod, { replica, registrations });
        for (const verdict of verdicts) send(verdictMethod, verdict);
      }
    }
    return this.world.log.slice(first).map(({ kind, subject }) => `${kind} ${subject}`);
  }
}

function stage(): Stage {
  const set = new Stage();
  set.join("r1");
  set.join("r2");
  return set;
}

test("a storm of connections is one event a coordinator", () => {
  const set = stage();
  const ids = Array.from({ length: 200 }, (_, index) => set.register(`agent-${index}`));
  for (const id of ids) for (let n = 0; n < 3; n += 1) set.connect("r1", id);
  expect(set.pass(5_000)).toEqual(["replica.attached replica:r1"]);
  for (const id of ids) set.connect("r1", id);
  expect(set.pass(5_000)).toEqual([]);
  for (const id of ids) set.connect("r2", id);
  expect(set.pass(5_000)).toEqual(["replica.attached replica:r2"]);
});

test(verifies("R170") + "who talks to one coordinator is never silent to another", () => {
  const set = stage();
  const ada = set.register("ada");
  set.connect("r1", ada);
  expect(set.pass(10 * deadAfterMs, () => set.speak("r1", ada))).toEqual([
    "replica.attached replica:r1",
  ]);
});

test("a session whose connection is gone is judged by the one that heard it last", () => {
  const set = stage();
  const ada = set.register("ada");
  set.connect("r1", ada);
  expect(set.pass(2 * deadAfterMs)).toEqual([
    "replica.attached replica:r1",
    `registration.suspected registration:${ada}`,
    `registration.ended registration:${ada}`,
  ]);
});

test(
  verifies("R99", "R170") + "the sessions of a coordinator whose lease ran out are the others'",
  () => {
    const set = stage();
    const [gone, moved] = [set.register("ada"), set.register("bob")];
    for (const id of [gone, moved]) set.connect("r1", id);
    set.pass(1_000);
    set.kill("r1");
    // Its row still stands: it may only be slow, and its sessions are no business of anybody else.
    expect(set.pass(10 * deadAfterMs)).toEqual([]);
    set.living.delete("r1" as ReplicaId);
    set.connect("r2", moved);
    const heard = () => set.speak("r2", moved);
    expect(set.pass(deadAfterMs, heard)).toEqual([
      "replica.attached replica:r2",
      `registration.suspected registration:${gone}`,
    ]);
    expect(set.pass(1_000, heard)).toEqual([`registration.ended registration:${gone}`]);
    expect(set.pass(deadAfterMs, heard)).toEqual([]);
  },
);

test("a table of leases that was lost for a moment takes nobody's sessions away", () => {
  const set = stage();
  const ada = set.register("ada");
  set.connect("r1", ada);
  const kinds = set.pass(10 * deadAfterMs, () => {
    const isLost = set.world.nowMs % 7_000 === 0;
    if (isLost) set.living.clear();
    else set.living.add("r1" as ReplicaId).add("r2" as ReplicaId);
    set.speak("r1", ada);
  });
  expect(kinds).toEqual(["replica.attached replica:r1"]);
});

test("a suspect that speaks to another coordinator is taken up by that one", () => {
  const set = stage();
  const ada = set.register("ada");
  set.connect("r2", ada);
  set.pass(1_000);
  set.connect("r1", ada);
  set.pass(1_000);
  // Its connection to the first is still open, the one to the second said nothing after all.
  expect(set.pass(deadAfterMs, () => set.speak("r2", ada))).toEqual([
    `registration.suspected registration:${ada}`,
    "replica.attached replica:r2",
    `registration.recovered registration:${ada}`,
  ]);
});

test("what nobody has taken up is everybody's, and has its whole time", () => {
  const set = stage();
  const ada = set.register("ada");
  expect(set.pass(deadAfterMs)).toEqual([`registration.suspected registration:${ada}`]);
  expect(set.pass(1_000)).toEqual([`registration.ended registration:${ada}`]);
});

test(`${verifies("R170")}a silent pod is suspect, and no lapsed lease makes it dead`, () => {
  const set = stage();
  attach(set.world);
  const pod = startPod(set.world, "worker");
  set.connect("r1", pod);
  set.pass(1_000);
  set.kill("r1");
  set.living.delete("r1" as ReplicaId);
  expect(set.pass(10 * deadAfterMs)).toEqual([`registration.suspected registration:${pod}`]);
});

test("a pod that connects before it is up is attached once it is", () => {
  const set = stage();
  attach(set.world);
  const pod = spawn(set.world, "worker");
  set.connect("r1", pod);
  expect(set.pass(60_000)).toEqual([]);
  start(set.world, pod);
  expect(set.pass(1_000)).toEqual(["replica.attached replica:r1"]);
});
