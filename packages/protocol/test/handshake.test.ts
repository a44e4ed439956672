import { describe, expect, test } from "vitest";
import {
  type CloseReason,
  type Fault,
  type Hello,
  type Link,
  type Outcome,
  type Principal,
  type Transport,
  acceptPeer,
  accepted,
  connectPeer,
  createMemoryPair,
  decodeMessage,
  encodeMessage,
  negotiateProtocol,
  refused,
} from "../src/index.ts";
import { ManualClock } from "./manual-clock.ts";
import { SampleServer, sampleMethods } from "./sample-methods.ts";

const hello = {
  role: "pod",
  token: "t",
  podId: "p12345678",
  generation: 2,
  name: "api",
  version: "1",
};
type HelloText = typeof hello;
const asHello = (text: HelloText): Omit<Hello, "protocol"> => text as never;

const faults: Fault[] = [];

function accept(
  transport: Transport,
  authenticate: (hello: Hello) => Outcome<Principal> | Promise<Outcome<Principal>>,
  clock = new ManualClock(),
) {
  return acceptPeer(transport, {
    authenticate,
    welcome: { name: "server", version: "1", features: ["positional"] },
    serves: sampleMethods,
    handlers: new SampleServer().handlers,
    calls: {},
    clock,
    onFault: (fault) => void faults.push(fault),
  });
}

const admit = ({ role, podId, generation, name }: Hello): Outcome<Principal> =>
  accepted({ role, name, ...(podId && { podId }), ...(generation && { generation }) });

/** A client that speaks bytes: what it receives, and when it closes. */
function rawClient(transport: Transport) {
  const messages: unknown[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<CloseReason>();
  const link: Link = transport({
    onMessage: (payload) => messages.push(decodeMessage(payload)),
    onDrain() {},
    onClose: resolve,
  });
  return { messages, closed, send: (value: unknown) => link.send(encodeMessage(value)) };
}

describe("handshake", () => {
  test("welcomes a client and gives its principal to handlers", async () => {
    const [client, server] = createMemoryPair();
    const accepting = accept(server, admit);
    const options = { serves: {}, handlers: {}, calls: sampleMethods };
    const connected = await connectPeer(client, asHello(hello), options);
    expect(connected).toMatchObject({
      ok: true,
      value: {
        welcome: { protocol: 1, peer: { name: "server", version: "1" }, features: ["positional"] },
      },
    });
    const peer = await accepting;
    expect(peer.ok && peer.value.principal).toEqual({
      role: "pod",
      podId: "p12345678",
      generation: 2,
      name: "api",
    });
  });

  test("tells a refused client why, then closes", async () => {
    const [client, server] = createMemoryPair();
    const accepting = accept(server, () => refused("unauthorized", "wrong key"));
    const options = { serves: {}, handlers: {}, calls: sampleMethods };
    const connected = await connectPeer(client, asHello(hello), options);
    expect(connected).toEqual(refused("unauthorized", "wrong key"));
    expect(await accepting).toEqual(refused("unauthorized", "wrong key"));
  });

  test("refuses with internal when authentication throws", async () => {
    const [client, server] = createMemoryPair();
    const accepting = accept(server, () => Promise.reject(new Error("no key file")));
    const raw = rawClient(client);
    raw.send({ hello: { ...hello, protocol: [1, 1] } });
    await raw.closed;
    expect(raw.messages).toMatchObject([{ close: { code: "internal" } }]);
    expect(JSON.stringify(raw.messages)).not.toContain("key file");
    expect((await accepting).ok).toBe(false);
    expect(faults).toMatchObject([{ method: "hello", error: { message: "no key file" } }]);
  });

  test("refuses a client of another protocol version and names both ranges", async () => {
    const [client, server] = createMemoryPair();
    const accepting = accept(server, admit);
    const raw = rawClient(client);
    raw.send({ hello: { ...hello, protocol: [2, 3] } });
    await raw.closed;
    expect(raw.messages).toMatchObject([{ close: { code: "unsupported" } }]);
    expect(await accepting).toMatchObject({ error: { data: { supported: [1, 1] } } });
  });

  test.each([
    ["a request", { id: 1, method: "sample.echo", params: { text: "x" } }],
    ["a hello without a token", { hello: { ...hello, token: undefined, protocol: [1, 1] } }],
    ["a hello of an unknown role", { hello: { ...hello, role: "root", protocol: [1, 1] } }],
    ["nil", null],
  ])("refuses %s as the first message", async (_name, message) => {
    const [client, server] = createMemoryPair();
    const accepting = accept(server, admit);
    const raw = rawClient(client);
    raw.send(message);
    await raw.closed;
    expect(raw.messages).toMatchObject([{ close: { code: "invalid_request" } }]);
    expect((await accepting).ok).toBe(false);
  });

  test("closes a client that never says hello", async () => {
    const [client, server] = createMemoryPair();
    const clock = new ManualClock();
    const accepting = accept(server, admit, clock);
    const raw = rawClient(client);
    clock.advance(10_000);
    expect(await accepting).toMatchObject({ error: { code: "timeout" } });
    await raw.closed;
  });

  test("gives up on a server that never answers", async () => {
    const [client, server] = createMemoryPair();
    rawClient(server);
    const clock = new ManualClock();
    const options = { serves: {}, handlers: {}, calls: sampleMethods, clock };
    const connecting = connectPeer(client, asHello(hello), options);
    clock.advance(10_000);
    expect(await connecting).toMatchObject({ error: { code: "timeout" } });
    expect(clock.timers).toBe(0);
  });

  test.each([
    ["a protocol it was not offered", { welcome: welcomeOf(9) }],
    ["nonsense", ["welcome"]],
  ])("refuses a server that answers %s", async (_name, answer) => {
    const [client, server] = createMemoryPair();
    const raw = rawClient(server);
    const options = { serves: {}, handlers: {}, calls: sampleMethods };
    const connecting = connectPeer(client, asHello(hello), options);
    raw.send(answer);
    expect(await connecting).toMatchObject({ error: { code: "unsupported" } });
  });

  test("is unavailable when the server closes first", async () => {
    const [client, server] = createMemoryPair();
    server({ onMessage() {}, onDrain() {}, onClose() {} }).close({ by: "local", message: "" });
    const options = { serves: {}, handlers: {}, calls: sampleMethods };
    const connected = await connectPeer(client, asHello(hello), options);
    expect(connected).toMatchObject({ error: { code: "unavailable" } });
  });
});

test("negotiateProtocol takes the highest revision both speak", () => {
  expect(negotiateProtocol([1, 4], [2, 3])).toEqual(accepted(3));
  expect(negotiateProtocol([1, 2], [2, 3])).toEqual(accepted(2));
  expect(negotiateProtocol([4, 5], [2, 3])).toMatchObject({ error: { code: "unsupported" } });
});

function welcomeOf(protocol: number) {
  const limits = { maxFrameBytes: 1_000, maxPendingRequests: 1, maxSubscriptionQueue: 1 };
  return { protocol, peer: { name: "s", version: "1" }, limits, features: [] };
}
