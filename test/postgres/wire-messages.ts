/** Cuts the bytes of a PostgreSQL connection into messages. */
import type { Socket } from "node:net";

export interface WireMessage {
  /** One letter; empty for what a client sends before it is let in. */
  readonly type: string;
  /** The whole message, its head included. */
  readonly bytes: Buffer;
}

/** A client begins with messages that have no type. */
export type Phase = "startup" | "messages";

/** Calls back with each message; it answers in which phase the next one is. */
export function readMessages(
  socket: Socket,
  first: Phase,
  onMessage: (message: WireMessage) => Phase,
): void {
  let phase = first;
  let buffered: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const typeBytes = phase === "startup" ? 0 : 1;
      if (buffered.length < typeBytes + 4) return;
      const end = typeBytes + buffered.readInt32BE(typeBytes);
      if (buffered.length < end) return;
      const bytes = buffered.subarray(0, end);
      buffered = buffered.subarray(end);
      phase = onMessage({ type: bytes.toString("latin1", 0, typeBytes), bytes });
    }
  });
}
