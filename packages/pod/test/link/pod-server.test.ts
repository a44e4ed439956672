/** Who may call what on a pod's own socket: real sockets and tokens, the tree as the log has it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Generation, Outcome, PodEvent, PodMethods, Role } from "@podlane/protocol";
import { accepted, PodId, podMethods, refused } from "@podlane/protocol";
import { dial, type Listener, mintToken } from "@podlane/protocol/node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PodHandlers, servePod } from "../../src/link/pod-server.ts";

const key = new Uint8Array(32).fill(7);
const ids = ["root", "parent", "own", "child", "grand", "sibling", "uncle", "other"] as const;
type Who = (typeof ids)[number];
const idOf = (who: Who) => PodId.parse(`p${who.padEnd(8, "x")}`);
const parents: Record<Who, Who | null> = {
  root: null,
  parent: "root",
  own: "parent",
  child: "own",
  grand: "child",
  sibling: "parent",
  uncle: "root",
  other: null,
};

const event = (of: Who): PodEvent => {
  const from = { podId: idOf(of), podName: of, generation: 1, seq: 1, at: 0 } as const;
  return { ...from, kind: "state_changed", state: "idle", waiting: null };
};

const commandId = { client: "c", n: 1 };
const text = { type: "text", text: "go" } as const;
const agent = { driver: "shell", command: ["true"] } as const;
const params: { readonly [M in keyof PodMethods]: unknown } = {
  run: { input: [text] },
  notify: { message: { text: "hi" } },
  pod_event: { event: event("child") },
  steer: { message: { text: "hi" } },
  pause: {},
  resume: {},
  cancel: {},
  shutdown: {},
  spawn: { agent, task: null },
  get_history: {},
  get_status: {},
  list_children: {},
  subscribe: {},
  answer_input: { requestId: "r", answer: "yes" },
  read_output: {},
  get_receipt: { commandId },
  await_receipt: { commandId },
  tool_call: { tool: "read_file", params: {} },
};
const allMethods = Object.keys(podMethods) as (keyof PodMethods)[];

let folder: string;
let listener: Listener;
let served: string[];
let denied: string[];
let asked: number;
let isLogThere: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "podlane-server-"));
  [served, denied, asked, isLogThere] = [[], [], 0, true];
  const handlers = Object.fromEntries(
    allMethods.map((method) => [
      method,
      () => {
        served.push(method);
        return accepted({});
      },
    ]),
  );
  const listening = await servePod({
    socket: join(folder, "s"),
    pod: idOf("own"),
    name: "own",
    key,
    version: "0",
    handlers: handlers as unknown as PodHandlers,
    kinship: {
      pod: idOf("own"),
      parent: idOf("parent"),
      isBeneath: (pod) => pod === idOf("child"),
      coordinator: { ask: askLog as never },
    },
    onDenied: (method, { code }) => void denied.push(`${method} ${code}`),
    onFault: ({ error }) => {
      throw error;
    },
  });
  if (!listening.ok) throw new Error(listening.error.message);
  listener = listening.value;
});

afterEach(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

/** The tree as the log has it. */
async function askLog(_method: string, { pod }: { pod: PodId }): Promise<Outcome<unknown>> {
  asked += 1;
  if (!isLogThere) return refused("unavailable", "no coordinator answers");
  const who = ids.find((id) => idOf(id) === pod);
  if (who === undefined) return refused("not_found", `no pod ${pod}`);
  const parent = parents[who];
  return accepted({ pod: { parent: parent === null ? null : idOf(parent) } });
}

async function connect(role: Role, pod?: PodId, spoken: Role = role) {
  const who = pod === undefined ? {} : { podId: pod, generation: 1 as Generation };
  const hello = { role: spoken, token: mintToken(key, { role, ...who }), name: "c", version: "0" };
  const socket = join(folder, "s");
  return dial({ socket, hello: { ...hello, ...who }, calls: podMethods, serves: {}, handlers: {} });
}

async function connected(role: Role, pod?: PodId) {
  const outcome = await connect(role, pod);
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value.peer;
}

/** The methods that this caller is let through to; every other answer must be `unauthorized`. */
async function allowed(role: Role, who?: Who): Promise<string[]> {
  const peer = await connected(role, who === undefined ? undefined : idOf(who));
  const through: string[] = [];
  const refusals = new Set<string>();
  for (const method of allMethods) {
    const own = method === "pod_event" && who !== undefined ? { event: event(who) } : undefined;
    const outcome = await peer.request(method, (own ?? params[method]) as never);
    if (outcome.ok) through.push(method);
    else refusals.add(outcome.error.code);
  }
  peer.close();
  refusals.delete("unauthorized");
  expect([...refusals]).toEqual([]);
  expect(served).toEqual(through);
  expect(denied).toHaveLength(allMethods.length - through.length);
  return through;
}

const fromAbove = allMethods.filter((method) => !["pod_event", "tool_call"].includes(method));
const reads = allMethods.filter((method) => !podMethods[method].mutation);
const ofAgents = [
  "spawn",
  "get_history",
  "get_status",
  "list_children",
  "read_output",
  "tool_call",
];

describe("a pod's socket serves", () => {
  test("the operator everything", async () => {
    expect(await allowed("operator")).toEqual(allMethods);
  });

  test.each(["parent", "root"] as const)("its %s what manages a pod", async (who) => {
    expect(await allowed("pod", who)).toEqual(fromAbove);
  });

  test.each(["child", "grand"] as const)("its %s that one's own events", async (who) => {
    expect(await allowed("pod", who)).toEqual(["pod_event"]);
  });

  test.each(["sibling", "uncle", "other"] as const)("the pod %s nothing", async (who) => {
    expect(await allowed("pod", who)).toEqual([]);
  });

  test("its host what ends it, and the words of the dead", async () => {
    expect(await allowed("host")).toEqual(["pod_event", "shutdown", "get_status"]);
  });

  test("its own agent the tools, and a look at itself", async () => {
    expect(await allowed("agent", "own")).toEqual(ofAgents);
  });

  test("a viewer what only reads, an outside agent nothing", async () => {
    expect(await allowed("viewer")).toEqual(reads);
    [served, denied] = [[], []];
    expect(await allowed("client")).toEqual([]);
  });
});

describe("refused before anything is served", () => {
  test("an agent of another pod, a token for another role, a pod that names no pod", async () => {
    const unauthorized = { ok: false, error: { code: "unauthorized" } };
    expect(await connect("agent", idOf("parent"))).toMatchObject(unauthorized);
    expect(await connect("agent", idOf("own"), "operator")).toMatchObject(unauthorized);
    expect(await connect("pod", undefined)).toMatchObject(unauthorized);
  });

  test("an earlier or other process that claims to be this pod", async () => {
    expect(await allowed("pod", "own")).toEqual([]);
  });

  test("an event told in another pod's name", async () => {
    const peer = await connected("pod", idOf("child"));
    const forged = await peer.request("pod_event", { event: event("grand") });
    expect(forged).toMatchObject({ error: { code: "unauthorized" } });
    expect(served).toEqual([]);
    peer.close();
  });
});

test("without the log known kin goes on, and nobody is taken for a stranger", async () => {
  isLogThere = false;
  expect(await allowed("pod", "parent")).toEqual(fromAbove);
  [served, denied] = [[], []];
  const peer = await connected("pod", idOf("grand"));
  const early = await peer.request("pod_event", { event: event("grand") });
  expect(early).toMatchObject({ error: { code: "unavailable" } });
  expect(denied).toEqual([]);
  isLogThere = true;
  expect(await peer.request("pod_event", { event: event("grand") })).toMatchObject({ ok: true });
  const before = asked;
  expect(await peer.request("pod_event", { event: event("grand") })).toMatchObject({ ok: true });
  expect(asked).toBe(before);
  peer.close();
});
