/** The asking side of each contender: sends messages, some at a time, and checks them. */
import { strict as assert } from "node:assert";
import { type Socket, connect } from "node:net";
import { decodeMessage, encodeShared } from "../../packages/protocol/src/codec.ts";
import { connectSocket } from "../../packages/protocol/src/node/connect-socket.ts";
import { dial } from "../../packages/protocol/src/node/dial.ts";
import { echoMethods, message, requestAsMap, requestByPosition } from "./message.ts";

export interface Contender {
  readonly name: string;
  /** Resolves when every answer is in and was the message itself; else throws. */
  run(count: number, inFlight: number): Promise<void>;
  close(): void;
}

/** Bytes there and back, counted and not read. */
export async function connectRaw(path: string, payload: Uint8Array): Promise<Contender> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(path, () => resolve(opened));
    opened.once("error", reject);
  });
  let onBytes = (_chunk: Uint8Array): void => undefined;
  socket.on("data", (chunk: Uint8Array) => onBytes(chunk));
  const run = (count: number, inFlight: number) =>
    new Promise<void>((resolve) => {
      let sent = 0;
      let received = 0;
      const send = (messages: number) => {
        sent += messages;
        if (messages === 1) socket.write(payload);
        else if (messages > 1) socket.write(repeat(payload, messages));
      };
      onBytes = (chunk) => {
        received += chunk.length;
        const answered = Math.floor(received / payload.length);
        if (answered === count) resolve();
        else send(Math.min(count - sent, inFlight - (sent - answered)));
      };
      send(Math.min(inFlight, count));
    });
  return { name: "raw", run, close: () => socket.destroy() };
}

function repeat(payload: Uint8Array, times: number): Uint8Array {
  const whole = new Uint8Array(payload.length * times);
  for (let index = 0; index < times; index += 1) whole.set(payload, index * payload.length);
  return whole;
}

type Write = (id: number) => unknown;

/** The same codec, frames and batching, a running id, and nothing else. */
export async function connectBare(path: string, name: string, write: Write): Promise<Contender> {
  const transport = await connectSocket(path);
  assert(transport.ok);
  let onMessage = (_payload: Uint8Array): void => undefined;
  const link = transport.value({
    onMessage: (payload) => onMessage(payload),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  const run = (count: number, inFlight: number) =>
    new Promise<void>((resolve) => {
      let sent = 0;
      let received = 0;
      const send = () => link.send(encodeShared(write(sent++)));
      onMessage = (payload) => {
        checkBare(decodeMessage(payload), received++);
        if (sent < count) send();
        if (received === count) resolve();
      };
      while (sent < Math.min(inFlight, count)) send();
    });
  return { name, run, close: () => link.close({ by: "local", message: "done" }) };
}

function checkBare(value: unknown, id: number): void {
  if (Array.isArray(value)) {
    assert(value[1] === id && value[9] === message.text);
    return;
  }
  const { id: found, result } = value as { id: number; result: typeof message };
  assert(found === id && result.text === message.text);
}

/** Requests of a peer: ids, deadlines, promises, and zod over params and result. */
export async function connectPod(
  path: string,
  name: string,
  method: keyof typeof echoMethods,
): Promise<Contender> {
  const hello = { role: "client", token: "", name: "bench", version: "0" } as const;
  const options = { socket: path, hello, serves: {}, handlers: {}, calls: echoMethods };
  const connected = await dial(options);
  assert(connected.ok);
  const { peer } = connected.value;
  const run = async (count: number, inFlight: number): Promise<void> => {
    let sent = 0;
    const ask = async (): Promise<void> => {
      while (sent++ < count) {
        const answer = await peer.request(method, message);
        assert(answer.ok && answer.value.text === message.text);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, ask));
  };
  return { name, run, close: () => peer.close() };
}

export const connectBareMap = (path: string) => connectBare(path, "bare map", requestAsMap);
export const connectBarePositional = (path: string) =>
  connectBare(path, "bare positional", requestByPosition);
export const connectPodMap = (path: string) => connectPod(path, "pod map", "bench.echo");
export const connectPodPositional = (path: string) =>
  connectPod(path, "pod positional", "bench.hotEcho");
