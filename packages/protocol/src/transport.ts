/**
 * What a connection is to a peer: an open link that sends payloads, and a receiver that gets them.
 * A transport keeps order, delivers each payload whole, and knows nothing of what it means.
 */
import type { Refusal } from "./outcome.ts";

/** Why a connection is over. `fault`: the stream, a frame or an envelope was broken. */
export interface CloseReason {
  readonly by: "local" | "remote" | "fault";
  readonly message: string;
  /** What this side or the other gave as the reason, if one did. */
  readonly refusal?: Refusal;
  readonly error?: Error;
}

export interface Receiver {
  /** The payload belongs to the receiver. Never called after `onClose`. */
  onMessage(payload: Uint8Array): void;
  /** Unsent bytes fell to nothing after they had piled up. */
  onDrain(): void;
  /** Called once, also after a local `close`, when nothing more will arrive. */
  onClose(reason: CloseReason): void;
}

export interface Link {
  /** Copies the payload before it returns; all payloads of a tick leave in one write. */
  send(payload: Uint8Array): void;
  /** Sends what was given to `send`, then closes. What arrives afterwards is dropped. */
  close(reason: CloseReason): void;
  /** Bytes given to `send` that have not left this process. */
  readonly unsentBytes: number;
}

/** Opens the link, once; the receiver is first called after this has returned. */
export type Transport = (receiver: Receiver) => Link;
