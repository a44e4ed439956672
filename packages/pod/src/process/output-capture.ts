/**
 * Keeps the head and the tail of what a process prints, within a bound, and counts the rest.
 */

export interface OutputBounds {
  readonly headBytes: number;
  readonly tailBytes: number;
}

export class OutputCapture {
  readonly #bounds: OutputBounds;
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #totalBytes = 0;

  constructor(bounds: OutputBounds) {
    this.#bounds = bounds;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Bytes printed between the kept head and the kept tail. */
  get droppedBytes(): number {
    return this.#totalBytes - this.#headBytes - Math.min(this.#tailBytes, this.#bounds.tailBytes);
  }

  add(chunk: Buffer): void {
    this.#totalBytes += chunk.length;
    const room = this.#bounds.headBytes - this.#headBytes;
    const forHead = chunk.subarray(0, room);
    if (forHead.length > 0) this.#head.push(forHead);
    this.#headBytes += forHead.length;
    this.#addToTail(chunk.subarray(forHead.length));
  }

  /** What was kept; a line names what was left out between head and tail. */
  bytes(): Buffer {
    const tail = Buffer.concat(this.#tail).subarray(-this.#bounds.tailBytes);
    const dropped = this.droppedBytes;
    const gap = dropped > 0 ? [Buffer.from(`\n… ${dropped} bytes left out …\n`)] : [];
    return Buffer.concat([...this.#head, ...gap, ...(this.#tailBytes > 0 ? [tail] : [])]);
  }

  #addToTail(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    for (let first = this.#tail[0]; first !== undefined; first = this.#tail[0]) {
      if (this.#tailBytes - first.length < this.#bounds.tailBytes) return;
      this.#tail.shift();
      this.#tailBytes -= first.length;
    }
  }
}
