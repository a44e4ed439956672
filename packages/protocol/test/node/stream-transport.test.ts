import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CloseReason,
  type Transport,
  acceptPeer,
  accepted,
  createPeer,
  encodeFrames,
  encodeMessage,
} from "../../src/index.ts";
import { connectSocket, listenSocket } from "../../src/node.ts";
import { SampleServer, sampleMethods } from "../sample-methods.ts";
import { type TransportPair, describeTransport } from "../transport-contract.ts";

let folder: string;
let sockets = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "podlane-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function listen() {
  const path = join(folder, `${(sockets += 1)}.sock`);
  const { promise: connection, resolve } = Promise.withResolvers<Transport>();
  const listener = await listenSocket({ path, onConnection: resolve });
  if (!listener.ok) throw new Error(listener.error.message);
  return { path, connection, close: () => listener.value.close() };
}

async function openPair(): Promise<TransportPair> {
  const { path, connection, close } = await listen();
  const client = await connectSocket(path);
  if (!client.ok) throw new Error(client.error.message);
  return { client: client.value, server: await connection, close };
}

describeTransport("unix socket", openPair);

describe("streamTransport", () => {
  const nothing = { serves: {}, handlers: {}, calls: {} };

  test.each([
    ["a length of 0", Buffer.from([0, 0, 0, 0]), "empty_frame"],
    ["a length over the bound", Buffer.from([0x80, 0, 0, 0]), "frame_too_large"],
  ])("closes on %s", async (_name, bytes, code) => {
    const { path, connection, close } = await listen();
    connect({ path })
      .on("error", () => {})
      .write(bytes);
    const peer = createPeer({ transport: await connection, ...nothing });
    const reason = await peer.closed;
    expect(reason).toMatchObject({ by: "fault", error: { name: "FrameError", code } });
    await close();
  });

  test("names a stream that ends inside a frame", async () => {
    const { path, connection, close } = await listen();
    connect({ path }).end(Buffer.from([0, 0, 0, 9, 1]));
    const peer = createPeer({ transport: await connection, ...nothing });
    expect(await peer.closed).toMatchObject({ by: "fault", error: { code: "truncated_frame" } });
    await close();
  });

  test("reads all that a client sent before it closed with answers unread", async () => {
    const { path, connection, close } = await listen();
    const hello = { protocol: [1, 1], role: "client", token: "", name: "c", version: "0" };
    const text = "x".repeat(1_000);
    const requests = Array.from({ length: 150 }, (_, id) =>
      encodeMessage({ id, method: "sample.echo", params: { text } }),
    );
    const socket = connect({ path });
    socket.write(encodeFrames([encodeMessage({ hello }), ...requests]), () => socket.destroy());
    await once(socket, "close");
    const service = new SampleServer();
    let heard = 0;
    const accepting = acceptPeer(await connection, {
      authenticate: () => accepted({ role: "client", name: "c" }),
      welcome: { name: "s", version: "0" },
      serves: sampleMethods,
      calls: {},
      handlers: {
        ...service.handlers,
        "sample.echo": (params: { text: string }) => {
          heard += 1;
          return accepted(params);
        },
      },
    });
    const peer = await accepting;
    if (!peer.ok) throw new Error(peer.error.message);
    const reason: CloseReason = await peer.value.closed;
    expect(reason.by).not.toBe("local");
    expect(heard).toBe(150);
    await close();
  });
});
