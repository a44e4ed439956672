/**
 * A transport over a WebSocket: one binary message a payload, without a length prefix. Runs on the
 * browser's WebSocket and on any object that behaves like it.
 */
import { type FrameError, checkFrameLength } from "./frame.ts";
import { handshakeDeadlineMs } from "./limits.ts";
import { type Outcome, accepted, refused } from "./outcome.ts";
import { type Clock, systemClock } from "./peer/clock.ts";
import type { CloseReason, Link, Receiver, Transport } from "./transport.ts";

/** How often a filled socket is looked at: the WebSocket API has no drain event. */
const drainPollMs = 20;

const normalClosure = 1_000;
const protocolError = 1_002;
const openState = 1;

/** What is used of the WebSocket API. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "error", listener: (event: unknown) => void): void;
  addEventListener(type: "close", listener: (event: SocketClosed) => void): void;
}

interface SocketClosed {
  readonly code: number;
  readonly reason: string;
}

export interface WebSocketOptions {
  readonly clock?: Clock;
  /** Called before each send, so that a platform can gather a tick's messages into one write. */
  readonly beforeSend?: () => void;
}

/** The transport of a socket that is open already; open it in the same tick. */
export function webSocketTransport(
  socket: WebSocketLike,
  options: WebSocketOptions = {},
): Transport {
  return (receiver) => new WebSocketLink(socket, receiver, options);
}

/** Dials with the platform's own WebSocket. `unavailable` if it cannot connect in time. */
export function connectWebSocket(
  url: string,
  options: WebSocketOptions & { readonly deadlineMs?: number } = {},
): Promise<Outcome<Transport>> {
  const socket: WebSocketLike = new WebSocket(url);
  return awaitOpen(socket, options);
}

/** Resolves when a dialled socket is open, or with `unavailable`; never rejects. */
export function awaitOpen(
  socket: WebSocketLike,
  options: WebSocketOptions & { readonly deadlineMs?: number },
): Promise<Outcome<Transport>> {
  const { clock = systemClock, deadlineMs = handshakeDeadlineMs } = options;
  return new Promise((resolve) => {
    const stop = clock.after(deadlineMs, () => {
      socket.close();
      resolve(refused("unavailable", `the WebSocket did not open within ${deadlineMs} ms`));
    });
    const settle = (outcome: Outcome<Transport>): void => {
      stop();
      resolve(outcome);
    };
    socket.addEventListener("open", () => settle(accepted(webSocketTransport(socket, options))));
    socket.addEventListener("error", () => {
      settle(refused("unavailable", "the WebSocket could not connect"));
    });
    socket.addEventListener("close", ({ code }) => {
      settle(refused("unavailable", `the WebSocket closed with code ${code} before it opened`));
    });
  });
}

class WebSocketLink implements Link {
  readonly #socket: WebSocketLike;
  readonly #receiver: Receiver;
  readonly #clock: Clock;
  readonly #beforeSend: (() => void) | undefined;
  #polling = false;
  #reason: CloseReason | undefined;

  constructor(socket: WebSocketLike, receiver: Receiver, options: WebSocketOptions) {
    this.#socket = socket;
    this.#receiver = receiver;
    this.#clock = options.clock ?? systemClock;
    this.#beforeSend = options.beforeSend;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => this.#receive(event.data));
    socket.addEventListener("error", () => this.#note({ by: "fault", message: "socket error" }));
    socket.addEventListener("close", ({ code, reason }) => {
      const message = reason === "" ? `the other side closed with code ${code}` : reason;
      this.#note({ by: "remote", message });
      this.#receiver.onClose(this.#reason ?? { by: "remote", message });
    });
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(payload: Uint8Array): void {
    if (this.#reason !== undefined || this.#socket.readyState !== openState) return;
    this.#beforeSend?.();
    this.#socket.send(payload.slice());
    if (!this.#polling && this.#socket.bufferedAmount > 0) this.#pollDrain();
  }

  close(reason: CloseReason): void {
    this.#note(reason);
    const code = reason.by === "fault" ? protocolError : normalClosure;
    this.#socket.close(code, reason.message.slice(0, 40));
  }

  #receive(data: unknown): void {
    if (this.#reason !== undefined) return;
    if (!(data instanceof ArrayBuffer)) {
      return this.close({ by: "fault", message: "binary messages expected, found text" });
    }
    const error: FrameError | undefined = checkFrameLength(data.byteLength);
    if (error !== undefined) return this.close({ by: "fault", message: error.message, error });
    this.#receiver.onMessage(new Uint8Array(data));
  }

  #pollDrain(): void {
    this.#polling = true;
    this.#clock.after(drainPollMs, () => {
      this.#polling = false;
      if (this.#socket.readyState !== openState) return;
      if (this.#socket.bufferedAmount > 0) this.#pollDrain();
      else this.#receiver.onDrain();
    });
  }

  #note(reason: CloseReason): void {
    this.#reason ??= reason;
  }
}
