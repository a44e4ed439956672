/**
 * What every transport must do, and what peers do over it: one case file for memory, Unix sockets
 * and WebSockets.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type CloseReason,
  type Hello,
  type Outcome,
  type Peer,
  type Transport,
  acceptPeer,
  accepted,
  connectPeer,
  createPeer,
  encodeMessage,
  refused,
} from "../src/index.ts";
import {
  type SampleMethods,
  SampleServer,
  WatchRecorder,
  sampleMethods,
} from "./sample-methods.ts";

/** Two ends of one open connection, and what frees them. */
export interface TransportPair {
  readonly client: Transport;
  readonly server: Transport;
  close(): Promise<void>;
}

const hello = { role: "client", token: "t", name: "tester", version: "0" } as const;

export function describeTransport(name: string, open: () => Promise<TransportPair>): void {
  describe(`${name} transport`, () => {
    let pair: TransportPair;

    beforeEach(async () => {
      pair = await open();
    });

    afterEach(() => pair.close());

    describe("link", () => {
      test("delivers payloads whole and in order, small and large", async () => {
        const sizes = [1, 187, 70_000, 2, 2 * 1024 * 1024, 3];
        const received = receiveAll(pair.server, sizes.length);
        const link = pair.client(ignoring());
        for (const [index, size] of sizes.entries()) link.send(new Uint8Array(size).fill(index));
        const payloads = await received;
        expect(payloads.map((payload) => payload.length)).toEqual(sizes);
        for (const [index, payload] of payloads.entries()) {
          expect(payload.every((byte) => byte === index)).toBe(true);
        }
      });

      test("copies a payload before send returns", async () => {
        const received = receiveAll(pair.server, 1);
        const link = pair.client(ignoring());
        const payload = Uint8Array.of(1, 2, 3);
        link.send(payload);
        payload.fill(0);
        expect([...((await received)[0] ?? [])]).toEqual([1, 2, 3]);
      });

      test("sends what was given before close, then tells both sides once", async () => {
        const server = recordingReceiver();
        const client = recordingReceiver();
        pair.server(server.receiver);
        const link = pair.client(client.receiver);
        link.send(new Uint8Array(100_000).fill(5));
        link.close({ by: "local", message: "done" });
        expect(await client.closed).toMatchObject({ by: "local", message: "done" });
        expect(await server.closed).toMatchObject({ by: "remote" });
        expect(server.payloads.map((payload) => payload.length)).toEqual([100_000]);
        link.send(Uint8Array.of(1));
      });

      test("counts what has not left", () => {
        const link = pair.client(ignoring());
        link.send(new Uint8Array(50_000));
        expect(link.unsentBytes).toBeGreaterThanOrEqual(50_000);
      });
    });

    describe("peers", () => {
      test("call each other, in map and positional form", async () => {
        const { client, server } = await connect(pair);
        expect(await client.request("sample.echo", { text: "hé" })).toEqual(
          accepted({ text: "hé" }),
        );
        expect(await server.request("sample.echo", { text: "b" })).toEqual(accepted({ text: "b" }));
        const sum = await client.request(
          "sample.add",
          { left: 1, right: 2 },
          { commandId: { client: "me", n: 1 } },
        );
        expect(sum).toEqual(accepted({ sum: 3, client: "me", note: null }));
      });

      test("keep hundreds of requests apart", async () => {
        const { client } = await connect(pair);
        const outcomes = await Promise.all(
          Array.from({ length: 500 }, (_, left) =>
            client.request("sample.add", { left, right: 1 }),
          ),
        );
        expect(outcomes.map((outcome) => outcome.ok && outcome.value.sum)).toEqual(
          Array.from({ length: 500 }, (_, left) => left + 1),
        );
      });

      test("answer refusals, unknown methods, bad params and faults by code", async () => {
        const faults: unknown[] = [];
        const { client } = await connect(pair, { onFault: ({ error }) => faults.push(error) });
        expect(await client.request("sample.refuse", {})).toEqual(
          refused("out_of_scope", "not yours", { target: "src" }),
        );
        const bad = await client.request("sample.add", { left: 1, right: "2" as never });
        expect(bad).toMatchObject({
          error: { code: "invalid_request", data: { issues: [{ path: "right" }] } },
        });
        const thrown = await client.request("sample.throw", {});
        expect(thrown).toMatchObject({ error: { code: "internal" } });
        expect(JSON.stringify(thrown)).not.toContain("secret");
        expect(faults).toMatchObject([{ message: "secret detail" }]);
      });

      test("end every pending request at once when the connection closes", async () => {
        const { client, server, service } = await connect(pair);
        const pending = [1, 2, 3].map(() => client.request("sample.wait", {}));
        await service.whenWaiting(3);
        server.close();
        for (const outcome of await Promise.all(pending)) {
          expect(outcome).toMatchObject({ error: { code: "unavailable" } });
        }
        expect(await client.closed).toMatchObject({ by: "remote" });
        expect(service.waiting.every(({ call }) => call.signal.aborted)).toBe(true);
        const late = await client.request("sample.echo", { text: "late" });
        expect(late).toMatchObject({ error: { code: "unavailable" } });
      });

      test("tell the other side why they close", async () => {
        const { client, server } = await connect(pair);
        server.close({ code: "stale_generation", message: "generation 2 took over" });
        expect(await client.closed).toMatchObject({
          by: "remote",
          refusal: { code: "stale_generation", message: "generation 2 took over" },
        });
      });

      test.each(["sample.feed", "sample.hotFeed"] as const)("publish to %s", async (method) => {
        const { client, service } = await connect(pair);
        const recorder = new WatchRecorder();
        const watch = await client.watch(method, {}, recorder.handlers);
        if (!watch.ok) throw new Error(watch.error.message);
        expect(watch.value.result).toEqual({ from: 1 });
        service.subscriptions[0]?.publish(2, "two");
        service.subscriptions[0]?.close();
        await recorder.when((entry) => (entry as { end?: string }).end === "done");
        expect(recorder.entries).toEqual([
          { seq: 1, data: { n: 1 } },
          { seq: 2, data: "two" },
          { end: "done" },
        ]);
      });

      test("close a connection that sends what is no message", async () => {
        const closed = createPeer({ transport: pair.server, ...nothing }).closed;
        const client = recordingReceiver();
        pair.client(client.receiver).send(Uint8Array.of(0xc1));
        expect(await closed).toMatchObject({ by: "fault", error: { name: "CodecError" } });
        await client.closed;
        expect(client.payloads).toHaveLength(1);
      });

      test("lose nothing of a client that sends 2 MiB and closes without reading", async () => {
        const service = new SampleServer();
        const texts: number[] = [];
        const { promise: allRead, resolve } = Promise.withResolvers<void>();
        const handlers = {
          ...service.handlers,
          "sample.echo": ({ text }: { text: string }) => {
            texts.push(text.length);
            if (texts.length === 3) resolve();
            return accepted({ text });
          },
        };
        const authenticate = async (): Promise<Outcome<never>> => {
          await Promise.resolve();
          return accepted({ role: "client", name: "tester" } as never);
        };
        const welcome = { name: "server", version: "0" };
        const accepting = acceptPeer(pair.server, {
          authenticate,
          welcome,
          serves: sampleMethods,
          handlers,
          calls: {},
        });
        const link = pair.client(ignoring());
        link.send(encodeMessage({ hello: { ...hello, protocol: [1, 1] } }));
        for (const [index, size] of [10, 2 * 1024 * 1024, 20].entries()) {
          const params = { text: "x".repeat(size) };
          link.send(encodeMessage({ id: index, method: "sample.echo", params }));
        }
        link.close({ by: "local", message: "sent" });
        await allRead;
        expect(texts).toEqual([10, 2 * 1024 * 1024, 20]);
        expect((await accepting).ok).toBe(true);
      });
    });
  });
}

const nothing = { serves: {}, handlers: {}, calls: {} } as const;

interface Connection {
  readonly client: Peer<SampleMethods>;
  readonly server: Peer<SampleMethods>;
  readonly service: SampleServer;
}

async function connect(
  pair: TransportPair,
  options: { onFault?: (fault: { error: unknown }) => void } = {},
): Promise<Connection> {
  const service = new SampleServer();
  const shared = { serves: sampleMethods, calls: sampleMethods, handlers: service.handlers };
  const accepting = acceptPeer(pair.server, {
    ...shared,
    ...options,
    authenticate: ({ role, name }: Hello) => accepted({ role, name }),
    welcome: { name: "server", version: "0" },
  });
  const connecting = connectPeer(pair.client, hello, {
    ...shared,
    handlers: new SampleServer().handlers,
  });
  const [server, client] = await Promise.all([accepting, connecting]);
  if (!server.ok) throw new Error(server.error.message);
  if (!client.ok) throw new Error(client.error.message);
  return { client: client.value.peer, server: server.value, service };
}

function ignoring(): { onMessage(): void; onDrain(): void; onClose(): void } {
  return { onMessage() {}, onDrain() {}, onClose() {} };
}

function recordingReceiver() {
  const payloads: Uint8Array[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<CloseReason>();
  const receiver = {
    onMessage: (payload: Uint8Array) => void payloads.push(payload),
    onDrain() {},
    onClose: resolve,
  };
  return { payloads, closed, receiver };
}

function receiveAll(transport: Transport, count: number): Promise<readonly Uint8Array[]> {
  const payloads: Uint8Array[] = [];
  return new Promise((resolve) => {
    transport({
      ...ignoring(),
      onMessage(payload) {
        payloads.push(payload);
        if (payloads.length === count) resolve(payloads);
      },
    });
  });
}
