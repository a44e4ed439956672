/** What a dead pod could not say, said by the host for it: in order, once, and not lost with it. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Outcome, PodEvent } from "@podlane/protocol";
import { accepted, refused } from "@podlane/protocol";
import { podLayout, stateLayout } from "@podlane/protocol/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LastWords, sayLastWords, seqOfShutDown } from "../../src/host/last-words.ts";
import { openSession } from "../../src/session/session.ts";
import { child } from "../core/scenario.ts";

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "podlane-words-"));
  const path = podLayout(stateDir, child).session;
  mkdirSync(dirname(path), { recursive: true });
  const session = openSession(path, { podId: child });
  session.outbox.append(turnEnded);
  session.close();
});

afterEach(() => rmSync(stateDir, { recursive: true }));

const turnEnded: PodEvent = {
  kind: "state_changed",
  podId: child,
  podName: "child",
  generation: 1,
  seq: 1,
  at: 0,
  state: "idle",
  waiting: null,
};

/** A host whose deliveries are answered by the test. */
function hostOf(answer: (event: PodEvent) => Outcome<unknown> | Promise<Outcome<unknown>>) {
  const stopping = new AbortController();
  const said: PodEvent["kind"][] = [];
  const notes: string[] = [];
  const setting = {
    layout: stateLayout(stateDir),
    stopping: stopping.signal,
    note: (text: string) => void notes.push(text),
    peers: {
      deliver: async (_from: string, event: PodEvent) => {
        said.push(event.kind);
        return answer(event);
      },
    },
  };
  return { setting, said, notes, stop: () => stopping.abort() };
}

function wordsFor(setting: Parameters<typeof sayLastWords>[1]): LastWords {
  const exit = {
    cause: "killed",
    code: null,
    signal: "SIGKILL",
    dirty: [],
    lastOutput: "",
  } as const;
  const lastSeq = seqOfShutDown(child, setting);
  return {
    pod: child,
    name: "child",
    generation: 1,
    exit: { ...exit, dirty: [] },
    lastSeq,
  };
}

test("what was left comes first, then the end; and no second time", async () => {
  const { setting, said } = hostOf(() => accepted({}));
  const words = wordsFor(setting);
  expect(words.lastSeq).toBe(2);
  await sayLastWords(words, setting);
  expect(said).toEqual(["state_changed", "shut_down"]);
  await sayLastWords(words, setting);
  expect(said).toHaveLength(2);
});

test("a receiver that is away is asked again, in order, and its absence is told", async () => {
  let answers = 0;
  const { setting, said, notes } = hostOf(() => {
    answers += 1;
    return answers <= 2 ? refused("unavailable", "the parent has no socket now") : accepted({});
  });
  await sayLastWords(wordsFor(setting), setting);
  expect(said).toEqual(["state_changed", "state_changed", "state_changed", "shut_down"]);
  expect(notes).toEqual(Array(2).fill(expect.stringContaining("no socket now")));
});

test("a receiver that never returns holds no host, and the next host says it all", async () => {
  const { setting, said, stop } = hostOf(() => refused("unavailable", "away"));
  const words = wordsFor(setting);
  const saying = sayLastWords(words, setting);
  await expect.poll(() => said.length).toBeGreaterThan(0);
  stop();
  await saying;
  expect(new Set(said)).toEqual(new Set(["state_changed"]));
  const next = hostOf(() => accepted({}));
  await sayLastWords(wordsFor(next.setting), next.setting);
  expect(next.said).toEqual(["state_changed", "shut_down"]);
});

test("an acknowledged event is not said again by the next host", async () => {
  const heard = Promise.withResolvers<void>();
  const { setting, stop } = hostOf((event) => {
    if (event.kind === "state_changed") return accepted({});
    heard.resolve();
    return refused("unavailable", "away");
  });
  const saying = sayLastWords(wordsFor(setting), setting);
  await heard.promise;
  stop();
  await saying;
  const next = hostOf(() => accepted({}));
  await sayLastWords(wordsFor(next.setting), next.setting);
  expect(next.said).toEqual(["shut_down"]);
});

test("of a session file that is gone only the end is said, and no empty one is made", async () => {
  const { setting, said, notes } = hostOf(() => accepted({}));
  const words = wordsFor(setting);
  const { session } = podLayout(stateDir, child);
  rmSync(session);
  await sayLastWords(words, setting);
  expect(said).toEqual(["shut_down"]);
  expect(notes).toContainEqual(expect.stringContaining(`${session} is gone`));
  expect(existsSync(session)).toBe(false);
});
