/**
 * The answering process: `server.ts <raw|bare|pod> <socket>`. Bare is the floor for anything that
 * speaks MessagePack: this package's codec, frames and batching, and no protocol above them.
 */
import { createServer } from "node:net";
import { decodeMessage, encodeShared } from "../../packages/protocol/src/codec.ts";
import { acceptPeer, accepted } from "../../packages/protocol/src/index.ts";
import { listenSocket } from "../../packages/protocol/src/node/listen.ts";
import type { Link, Transport } from "../../packages/protocol/src/transport.ts";
import { echoMethods } from "./message.ts";

const [kind, path = ""] = process.argv.slice(2);

function serveBare(transport: Transport): void {
  const link: Link = transport({
    onMessage: (payload) => link.send(encodeShared(answerTo(decodeMessage(payload)))),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
}

/** As many bytes as the pod protocol answers in map form; by position the request itself. */
function answerTo(request: unknown): unknown {
  if (Array.isArray(request)) return request;
  const { id, params } = request as { id: unknown; params: unknown };
  return { id, result: params };
}

function servePod(transport: Transport): void {
  void acceptPeer(transport, {
    authenticate: ({ role, name }) => accepted({ role, name }),
    welcome: { name: "bench", version: "0" },
    calls: {},
    serves: echoMethods,
    handlers: {
      "bench.echo": (params) => accepted(params),
      "bench.hotEcho": (params) => accepted(params),
    },
  });
}

async function listen(): Promise<void> {
  if (kind === "raw") {
    const server = createServer((socket) => void socket.pipe(socket));
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    return;
  }
  const onConnection = kind === "pod" ? servePod : serveBare;
  const listener = await listenSocket({ path, onConnection });
  if (!listener.ok) throw new Error(listener.error.message);
}

await listen();
process.send?.("listening");
process.once("disconnect", () => process.exit(0));
