/** The one message that every contender sends and gets back, and the method that carries it. */
import { z } from "zod";
import { query } from "../../packages/protocol/src/index.ts";

const Echo = z.object({
  callId: z.string(),
  tool: z.string(),
  path: z.string(),
  line: z.int(),
  ok: z.boolean(),
  text: z.string(),
});

export const echoMethods = {
  "bench.echo": query(Echo, Echo),
  "bench.hotEcho": query(Echo, Echo, {
    hot: ["callId", "tool", "path", "line", "ok", "text"],
  }),
} as const;

export const message: z.infer<typeof Echo> = {
  callId: "call-000017",
  tool: "read_file",
  path: "packages/protocol/src/frame.ts",
  line: 129,
  ok: true,
  text: "Cuts a byte stream into payloads, one by one.",
};

/** The request as it travels: what the bare echo sends, so that all move the same bytes. */
export function requestAsMap(id: number): unknown {
  return { id, method: "bench.echo", params: message };
}

export function requestByPosition(id: number): unknown {
  return [0, id, "bench.hotEcho", null, ...Object.values(message)];
}
