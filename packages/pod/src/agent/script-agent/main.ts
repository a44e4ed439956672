/**
 * The process of a script agent: serves turns over descriptor 3 and leaves when it closes, so that
 * none is left over when the pod runtime dies.
 */
import { Socket } from "node:net";
import { accepted, createPeer } from "@podlane/protocol";
import { streamTransport } from "@podlane/protocol/node";
import { linkDescriptor, runtimeMethods, scriptMethods } from "./link.ts";
import { runTurn } from "./run-turn.ts";

const peer = createPeer({
  transport: streamTransport(new Socket({ fd: linkDescriptor })),
  serves: scriptMethods,
  handlers: { turn: async (turn, call) => accepted(await runTurn(turn, call.peer)) },
  calls: runtimeMethods,
  onFault: ({ method, error }) => {
    console.error(`${method}:`, error);
  },
});

await peer.closed;
process.exit(0);
