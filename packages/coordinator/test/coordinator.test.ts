import { connectPeer, createMemoryPair, reservedMethods } from "@podlane/protocol";
import { mintToken } from "@podlane/protocol/node";
import { afterEach, expect, test } from "vitest";
import { openCoordinator, type Coordinator } from "../src/coordinator.ts";
import { MemoryLog } from "../src/log/memory-log.ts";

const key = new Uint8Array(32).fill(7);
let coordinator: Coordinator | undefined;

afterEach(() => coordinator?.close());

async function connectOperator() {
  coordinator = await openCoordinator({
    log: new MemoryLog(),
    key,
    version: "1.2.3",
    store: "memory",
    stateDir: "/state",
    socket: "/state/socket",
    clock: { nowMs: () => 1_000 },
    soleWriter: true,
    onFault: (fault) => {
      throw fault;
    },
    onNote: () => {},
    onStop: () => {},
  });
  const [ours, theirs] = createMemoryPair();
  coordinator.accept(theirs);
  const token = mintToken(key, { role: "operator" });
  const hello = { role: "operator", token, name: "test", version: "1.2.3" } as const;
  const connected = await connectPeer(ours, hello, {
    serves: {},
    handlers: {},
    calls: reservedMethods,
  });
  if (!connected.ok) throw new Error(connected.error.message);
  return connected.value;
}

test("the welcome names the resources that are served", async () => {
  const { welcome } = await connectOperator();
  expect(welcome.features).toEqual([
    "runs",
    "pods",
    "scopes",
    "claims",
    "merges",
    "tasks",
    "registrations",
    "inbox",
    "log",
  ]);
});

test("a reserved method is refused as one that the server does not know", async () => {
  const { peer } = await connectOperator();
  const answers = await Promise.all([
    peer.request("pod.wake", { pod: "pworker0001" }),
    peer.request("profile.get", {}),
    peer.request("policy.list", {}),
  ]);
  const codes = answers.map((answer) => (answer.ok ? "ok" : answer.error.code));
  expect(codes).toEqual(answers.map(() => "unsupported"));
});
