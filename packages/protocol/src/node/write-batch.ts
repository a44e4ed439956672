/**
 * Gathers the frames of a tick in slabs, so that they leave in one write and each is copied once.
 */
import { frameHeaderBytes, writeFrameHeader } from "../frame.ts";

/** Holds some hundred small messages; Node's own read buffer has this size too. */
const slabBytes = 64 * 1024;

export class WriteBatch {
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  /** Where the part of the slab that has not been taken begins and ends. */
  #start = 0;
  #end = 0;
  #full: Uint8Array[] = [];
  #fullBytes = 0;

  /** Bytes gathered and not taken. */
  get bytes(): number {
    return this.#fullBytes + this.#end - this.#start;
  }

  /** Copies the payload, behind its header, to the end of the batch. */
  add(payload: Uint8Array): void {
    const lengthBytes = frameHeaderBytes + payload.length;
    if (lengthBytes > this.#slab.length - this.#end) this.#nextSlab(lengthBytes);
    writeFrameHeader(this.#slab, this.#end, payload.length);
    this.#slab.set(payload, this.#end + frameHeaderBytes);
    this.#end += lengthBytes;
  }

  /** Everything gathered, in order. A slab's bytes are never written again once taken. */
  take(): readonly Uint8Array[] {
    this.#cut();
    const chunks = this.#full;
    this.#full = [];
    this.#fullBytes = 0;
    return chunks;
  }

  #nextSlab(lengthBytes: number): void {
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, lengthBytes));
    this.#start = 0;
    this.#end = 0;
  }

  #cut(): void {
    if (this.#end === this.#start) return;
    this.#full.push(this.#slab.subarray(this.#start, this.#end));
    this.#fullBytes += this.#end - this.#start;
    this.#start = this.#end;
  }
}
