/**
 * The WebSocket transport with `ws`: dialling from Node, and taking over an HTTP server's upgrades.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { maxFrameBytes } from "../limits.ts";
import type { Outcome } from "../outcome.ts";
import type { Transport } from "../transport.ts";
import { type WebSocketLike, awaitOpen, webSocketTransport } from "../websocket.ts";

/** Compression would cost more than the local network; the bound is that of a frame. */
const socketOptions = { maxPayload: maxFrameBytes, perMessageDeflate: false } as const;

export interface WebSocketConnectOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

/** Dials with `ws`. `unavailable` if it cannot connect in time. */
export function connectNodeWebSocket(
  url: string,
  options: WebSocketConnectOptions = {},
): Promise<Outcome<Transport>> {
  const { headers = {}, ...rest } = options;
  const socket = new WebSocket(url, { ...socketOptions, headers });
  const gather = new TickCork();
  socket.once("upgrade", (response) => gather.attach(response.socket));
  return awaitOpen(asWebSocketLike(socket), { ...rest, beforeSend: () => gather.cork() });
}

export interface UpgradeOptions {
  readonly onConnection: (transport: Transport, request: IncomingMessage) => void;
}

/** A listener for an HTTP server's `upgrade` event; which paths it serves is the caller's. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function createUpgradeHandler(options: UpgradeOptions): UpgradeHandler {
  const server = new WebSocketServer({ noServer: true, ...socketOptions });
  return (request, socket, head) => {
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const gather = new TickCork();
      gather.attach(socket);
      const beforeSend = (): void => gather.cork();
      options.onConnection(webSocketTransport(asWebSocketLike(webSocket), { beforeSend }), request);
    });
  };
}

/** Keeps a socket corked from the first write of a tick until its microtasks have run. */
class TickCork {
  #socket: Duplex | undefined;
  #corked = false;

  attach(socket: Duplex): void {
    this.#socket = socket;
  }

  cork(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#corked) return;
    this.#corked = true;
    socket.cork();
    queueMicrotask(() =>
      process.nextTick(() => {
        this.#corked = false;
        socket.uncork();
      }),
    );
  }
}

/** `ws` speaks the browser's interface; its types name their own event classes. */
function asWebSocketLike(socket: WebSocket): WebSocketLike {
  return socket;
}
