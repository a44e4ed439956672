import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type Outcome, type Transport, connectWebSocket, createPeer } from "../../src/index.ts";
import { connectNodeWebSocket, createUpgradeHandler } from "../../src/node.ts";
import { WebSocket } from "ws";
import { type TransportPair, describeTransport } from "../transport-contract.ts";

type Dial = (url: string) => Promise<Outcome<Transport>>;

async function listen() {
  const { promise: connection, resolve } = Promise.withResolvers<Transport>();
  const server = createServer();
  server.on("upgrade", createUpgradeHandler({ onConnection: resolve }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `ws://127.0.0.1:${port}`, connection, close };
}

function pairWith(dial: Dial): () => Promise<TransportPair> {
  return async () => {
    const { url, connection, close } = await listen();
    const client = await dial(url);
    if (!client.ok) throw new Error(client.error.message);
    return { client: client.value, server: await connection, close };
  };
}

describeTransport("ws", pairWith(connectNodeWebSocket));
describeTransport("platform WebSocket", pairWith(connectWebSocket));

test("closes on a text message", async () => {
  const { url, connection, close } = await listen();
  const socket = new WebSocket(url);
  socket.once("open", () => socket.send("hello"));
  const peer = createPeer({ transport: await connection, serves: {}, handlers: {}, calls: {} });
  expect(await peer.closed).toMatchObject({ by: "fault" });
  await close();
});

test("refuses a server that does not answer as a WebSocket", async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (const dial of [connectNodeWebSocket, connectWebSocket]) {
    const outcome = await dial(`ws://127.0.0.1:${port}`);
    expect(outcome).toMatchObject({ error: { code: "unavailable" } });
  }
  server.close();
});
