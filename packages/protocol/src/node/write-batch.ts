/**
 * Gathers the frames of a tick in slabs, so that they leave in one write and each is copied once.
 */
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

  /** Room for `lengthBytes` at the end of the batch; the caller fills it at once. */
  reserve(lengthBytes: number): Uint8Array {
    if (lengthBytes > this.#slab.length - this.#end) this.#nextSlab(lengthBytes);
    const space = this.#slab.subarray(this.#end, this.#end + lengthBytes);
    this.#end += lengthBytes;
    return space;
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
