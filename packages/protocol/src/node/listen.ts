/**
 * Listening on a Unix socket. Removing a stale socket is the caller's: only who holds the lock of
 * the place may unlink.
 */
import { chmod } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { listenBacklog, maxSocketPathBytes } from "../limits.ts";
import { type Outcome, accepted, refused } from "../outcome.ts";
import type { Transport } from "../transport.ts";
import { streamTransport } from "./stream-transport.ts";

const ownerOnly = 0o600;

export interface ListenOptions {
  readonly path: string;
  /** Opens the transport in the same tick, or later: what arrives waits. */
  readonly onConnection: (transport: Transport) => void;
}

export interface Listener {
  readonly path: string;
  /** Stops listening, removes the socket and destroys the connections that are still open. */
  close(): Promise<void>;
}

/**
 * Binds and listens with mode 0600. `invalid_request` for a path that does not fit, `conflict` if
 * something is there already; any other failure is thrown. The folder must be private, because
 * between bind and chmod the umask decides.
 */
export async function listenSocket(options: ListenOptions): Promise<Outcome<Listener>> {
  const { path, onConnection } = options;
  const refusal = checkSocketPath(path);
  if (refusal !== undefined) return refusal;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    onConnection(streamTransport(socket));
  });
  try {
    await bind(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return refused("conflict", `a free socket path expected, found a socket at ${path}`);
  }
  await chmod(path, ownerOnly);
  return accepted({ path, close: () => closeServer(server, sockets) });
}

/** `sun_path` is short, and the kernel cuts a longer path without a word. */
export function checkSocketPath(path: string): Outcome<never> | undefined {
  const lengthBytes = Buffer.byteLength(path);
  if (lengthBytes > 0 && lengthBytes <= maxSocketPathBytes) return undefined;
  const message = `a socket path has 1 to ${maxSocketPathBytes} bytes, not ${lengthBytes}: ${path}`;
  return refused("invalid_request", message);
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path, backlog: listenBacklog }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
