/**
 * A transport over a byte stream of Node (a Unix socket, a pipe, any Duplex): frames in, and all
 * frames of a tick out in one write.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { FrameDecoder } from "../frame.ts";
import { closeFlushMs } from "../limits.ts";
import type { CloseReason, Link, Receiver, Transport } from "../transport.ts";
import { keepReadingAfterFailedWrite } from "./failed-write.ts";
import { WriteBatch } from "./write-batch.ts";

/** The transport of an open stream. What arrives before the link is opened waits in the stream. */
export function streamTransport(stream: Duplex): Transport {
  const early: { error?: Error } = {};
  stream.on("error", (error: Error) => {
    early.error ??= error;
  });
  if (stream instanceof Socket) keepReadingAfterFailedWrite(stream);
  return (receiver) => new StreamLink(stream, receiver, early);
}

class StreamLink implements Link {
  readonly #stream: Duplex;
  readonly #receiver: Receiver;
  readonly #failure: { error?: Error };
  readonly #decoder = new FrameDecoder();
  readonly #batch = new WriteBatch();
  #scheduled = false;
  #reason: CloseReason | undefined;

  constructor(stream: Duplex, receiver: Receiver, failure: { error?: Error }) {
    this.#stream = stream;
    this.#receiver = receiver;
    this.#failure = failure;
    if (stream.destroyed) {
      queueMicrotask(() => this.#finish());
      return;
    }
    stream.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    stream.on("drain", () => this.#receiver.onDrain());
    stream.on("end", () => this.#checkEnd());
    stream.on("close", () => this.#finish());
  }

  get unsentBytes(): number {
    return this.#batch.bytes + this.#stream.writableLength;
  }

  send(payload: Uint8Array): void {
    if (this.#reason !== undefined || !this.#stream.writable) return;
    this.#batch.add(payload);
    if (!this.#scheduled) this.#schedule();
  }

  close(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    if (this.#stream.destroyed) return;
    this.#flush();
    const timer = setTimeout(() => this.#stream.destroy(), closeFlushMs);
    timer.unref();
    this.#stream.once("close", () => clearTimeout(timer));
    this.#stream.end(() => this.#stream.destroy());
    this.#stream.resume();
  }

  /** After the microtasks of this tick: the answers of handlers that wait leave with the others. */
  #schedule(): void {
    this.#scheduled = true;
    queueMicrotask(() => process.nextTick(() => this.#flush()));
  }

  #flush(): void {
    this.#scheduled = false;
    const chunks = this.#batch.take();
    if (chunks.length === 0 || !this.#stream.writable) return;
    if (chunks.length > 1) this.#stream.cork();
    for (const chunk of chunks) this.#stream.write(chunk);
    if (chunks.length > 1) this.#stream.uncork();
  }

  #receive(chunk: Uint8Array): void {
    if (this.#reason !== undefined) return;
    const { frames, error } = this.#decoder.push(chunk);
    for (const frame of frames) {
      this.#receiver.onMessage(frame);
      if (this.#reason !== undefined) return;
    }
    if (error !== undefined) this.close({ by: "fault", message: error.message, error });
  }

  #checkEnd(): void {
    const error = this.#decoder.end();
    if (error !== undefined) this.#reason ??= { by: "fault", message: error.message, error };
  }

  #finish(): void {
    const { error } = this.#failure;
    this.#reason ??=
      error === undefined
        ? { by: "remote", message: "the other side closed" }
        : { by: "fault", message: error.message, error };
    this.#receiver.onClose(this.#reason);
  }
}
