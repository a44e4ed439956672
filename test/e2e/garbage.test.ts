/** Garbage on the sockets of a server and of a pod: an error or a close, and both still answer. */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeMessage, type PodRecord } from "@podlane/protocol";
import { mintToken } from "@podlane/protocol/node";
import { nextId, ScratchWorkspace, valueOf } from "./scratch-workspace.ts";

let workspace: ScratchWorkspace;
let pod: PodRecord;
let sockets: Record<"coordinator" | "pod", string>;

beforeAll(async () => {
  workspace = new ScratchWorkspace({ "a.txt": "a\n" });
  const script = workspace.writeBeside("idle.yaml", "on_run:\n  - say: up\n");
  const args = ["spawn", "target", "--agent", `script:${script}`, "--task", "go", "--wait"];
  const spawned = await workspace.pod(args);
  if (spawned.code !== 0) throw new Error(spawned.stderr);
  const peer = await operator();
  pod = valueOf(await peer.request("pod.list", {})).pods[0] as PodRecord;
  const { socket } = valueOf(await peer.request("server.status", {}));
  sockets = { coordinator: socket, pod: pod.socket ?? "" };
  peer.close();
});

afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
});

async function operator() {
  const peer = await workspace.connect();
  if (peer === null) throw new Error("the server does not answer");
  return peer;
}

/** Both still answer, and they are the same processes as before. */
async function expectAlive(): Promise<void> {
  const peer = await operator();
  const { pods } = valueOf(await peer.request("pod.list", {}));
  peer.close();
  expect(pods.map(({ id, process }) => [id, process])).toEqual([[pod.id, pod.process]]);
  const link = await workspace.dialPod(pod);
  expect(valueOf(await link.request("get_status", {})).state).toBe("idle");
  link.close();
}

/** What a server answers until it closes; each part is sent when the one before was answered. */
function answersTo(path: string, ...parts: readonly Uint8Array[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    const waiting = [...parts];
    const sendNext = () => socket.write(waiting.shift() ?? Buffer.alloc(0));
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      sendNext();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
    sendNext();
  });
}

function frame(payload: Uint8Array, length = payload.length): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(length);
  return Buffer.concat([header, payload]);
}

const tokenOf = (claims: Parameters<typeof mintToken>[1]) =>
  mintToken(readFileSync(workspace.layout?.keyFile ?? ""), claims);

function hello(role: string, token: string): Buffer {
  const content = { protocol: [1, 1], role, token, name: "garbage", version: "0" };
  return frame(encodeMessage({ hello: content }));
}

const deep = Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.from([0xc0])]);
const operatorHello = () => hello("operator", tokenOf({ role: "operator" }));
const request = (method: unknown, params: unknown, extra: object = {}) =>
  frame(encodeMessage({ id: 1, method, params, ...extra }));

const beforeHello: readonly [string, () => Buffer, string][] = [
  ["length 0", () => frame(Buffer.alloc(0)), ""],
  ["length 2^31", () => frame(Buffer.alloc(0), 2 ** 31), ""],
  ["no MessagePack", () => frame(Buffer.from([0xc1, 0xff])), "invalid_request"],
  ["deep nesting", () => frame(deep), "invalid_request"],
  ["an array for a hello", () => frame(encodeMessage([1, 2, 3])), "invalid_request"],
  ["a request before hello", () => request("pod.list", {}), "invalid_request"],
  ["a token of nobody", () => hello("operator", "rubbish"), "unauthorized"],
  [
    "a token of another key",
    () => hello("operator", mintToken(Buffer.alloc(32), { role: "operator" })),
    "unauthorized",
  ],
  ["a hello of another role", () => hello("operator", tokenOf({ role: "host" })), "unauthorized"],
  ["a role that is none", () => hello("king", tokenOf({ role: "operator" })), "invalid_request"],
];

const afterHello: readonly [string, () => Buffer][] = [
  ["length 0", () => frame(Buffer.alloc(0))],
  ["length 2^31", () => frame(Buffer.alloc(0), 2 ** 31)],
  ["no MessagePack", () => frame(Buffer.from([0xc1]))],
  ["deep nesting", () => frame(deep)],
  ["wrong types", () => frame(encodeMessage({ id: "x", method: 7, params: null }))],
  ["an unknown kind", () => frame(encodeMessage({ gossip: { id: 1 } }))],
  ["a number", () => frame(encodeMessage(7))],
];

describe.each(["coordinator", "pod"] as const)("the socket of a %s", (owner) => {
  test.each(beforeHello)("closes on %s before a hello", async (_name, bytes, code) => {
    expect(await answersTo(sockets[owner], bytes())).toContain(code);
    await expectAlive();
  });

  test.each(afterHello)("answers or closes on %s after it", async (_name, bytes) => {
    const sent = Buffer.concat([bytes(), frame(Buffer.alloc(0))]);
    expect(await answersTo(sockets[owner], operatorHello(), sent)).toContain("welcome");
    await expectAlive();
  });

  test("forgets a client that leaves in the middle of a frame", async () => {
    for (let length = 1; length < 9; length += 1) {
      const socket = connect(sockets[owner]);
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.on("connect", () => socket.end(operatorHello().subarray(0, length), resolve));
      socket.on("error", () => {});
      await promise;
    }
    await expectAlive();
  });

  test("bears a thousand connections that say nothing", async () => {
    const silent = await Promise.all(Array.from({ length: 1_000 }, () => open(sockets[owner])));
    await expectAlive();
    for (const socket of silent) socket.destroy();
    await expectAlive();
  });

  test("bears a peer that asks and never reads", async () => {
    const socket = await open(sockets[owner]);
    socket.pause();
    socket.write(operatorHello());
    const method = owner === "pod" ? "get_history" : "log.read";
    const params = owner === "pod" ? {} : { from: 1, limit: 1_000 };
    for (let id = 1; id <= 5_000; id += 1) {
      socket.write(frame(encodeMessage({ id, method, params })));
    }
    await expectAlive();
    socket.destroy();
    await expectAlive();
  });
});

test("unknown methods and wrong params are refused by code", async () => {
  const peer = await operator();
  const loose = peer as unknown as {
    request(method: string, params: unknown, options?: object): Promise<unknown>;
  };
  const call = loose.request.bind(loose);
  const refused = (code: string) => ({ ok: false, error: { code } });
  expect(await call("pod.get", { pod: 7 })).toMatchObject(refused("invalid_request"));
  expect(await call("pod.get", null)).toMatchObject(refused("invalid_request"));
  const long = { pod: "p".repeat(100_000) };
  expect(await call("pod.get", long)).toMatchObject(refused("invalid_request"));
  const params = { pod: pod.id, generation: 9, tool: "x", code: "conflict", message: "" };
  const options = { commandId: nextId() };
  expect(await call("pod.denied", params, options)).toMatchObject(refused("invalid_request"));
  peer.close();
});

test("an agent's token opens neither the operator's methods nor another pod", async () => {
  const token = tokenOf({ role: "agent", podId: pod.id, generation: pod.generation });
  const ask = (path: string, method: string, params: unknown) => {
    const asked = request(method, params, { commandId: nextId() });
    return answersTo(path, helloOfAgent(token, pod), asked, frame(Buffer.alloc(0)));
  };
  const refused = [
    await ask(sockets.pod, "shutdown", {}),
    await ask(sockets.pod, "run", { input: [{ type: "text", text: "x" }] }),
    await ask(sockets.coordinator, "pod.kill", { pod: pod.id }),
    await ask(sockets.coordinator, "server.stop", { force: true }),
  ];
  for (const answer of refused) expect(answer).toContain("unauthorized");
  await expectAlive();
});

function helloOfAgent(token: string, { id, generation }: PodRecord): Buffer {
  const common = { protocol: [1, 1], role: "agent", token, name: "agent", version: "0" };
  return frame(encodeMessage({ hello: { ...common, podId: id, generation } }));
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.on("error", reject);
  });
}
