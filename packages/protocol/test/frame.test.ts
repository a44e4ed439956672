import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameDecoder, encodeFrames, maxFrameBytes } from "../src/index.ts";

const payload = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const plain = (frames: readonly Uint8Array[]): number[][] => frames.map((frame) => [...frame]);
const header = (length: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
};

describe("FrameDecoder", () => {
  test("reads several frames from one chunk", () => {
    const batch = new FrameDecoder().push(encodeFrames([payload(1, 2), payload(3)]));
    expect(plain(batch.frames)).toEqual([[1, 2], [3]]);
    expect(batch.error).toBeUndefined();
  });

  test("reads the same frames wherever the stream is cut in two", () => {
    const stream = encodeFrames([payload(1, 2, 3), payload(4), payload(5, 6)]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const decoder = new FrameDecoder();
      const first = decoder.push(stream.subarray(0, cut)).frames;
      const second = decoder.push(stream.subarray(cut)).frames;
      expect(plain([...first, ...second])).toEqual([[1, 2, 3], [4], [5, 6]]);
      expect(decoder.end()).toBeUndefined();
    }
  });

  test("reads the same frames byte by byte and from random cuts", () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 });
    const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(payloads, cuts, (frames, sizes) => {
        const stream = encodeFrames(frames);
        const decoder = new FrameDecoder();
        const found: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          found.push(...decoder.push(stream.subarray(at, at + size)).frames);
          at += size;
        }
        expect(plain(found)).toEqual(plain(frames));
      }),
    );
  });

  test("reads a frame that spans many chunks", () => {
    const large = new Uint8Array(2 * 1024 * 1024).map((_, index) => index % 251);
    const stream = encodeFrames([large, payload(9)]);
    const decoder = new FrameDecoder();
    const found: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += 65_536) {
      found.push(...decoder.push(stream.subarray(at, at + 65_536)).frames);
    }
    expect(found.map((frame) => frame.length)).toEqual([large.length, 1]);
    expect(Buffer.compare(found[0] ?? Buffer.alloc(0), large)).toBe(0);
  });

  test.each([
    ["a length of 0", 0, "empty_frame"],
    ["a length over the bound", maxFrameBytes + 1, "frame_too_large"],
    ["a length with the highest bit set", 2 ** 31, "frame_too_large"],
    ["the largest length", 2 ** 32 - 1, "frame_too_large"],
  ])("refuses %s, keeps the frames before it and ignores what follows", (_name, length, code) => {
    const decoder = new FrameDecoder();
    const bad = Buffer.concat([encodeFrames([payload(7)]), header(length), payload(1, 2, 3)]);
    const batch = decoder.push(bad);
    expect(plain(batch.frames)).toEqual([[7]]);
    expect(batch.error).toMatchObject({ name: "FrameError", code });
    const after = decoder.push(encodeFrames([payload(1)]));
    expect(after.frames).toEqual([]);
    expect(after.error).toBe(batch.error);
  });

  test("refuses a bad header that arrives byte by byte", () => {
    const decoder = new FrameDecoder();
    const errors = [...header(2 ** 31)].map((byte) => decoder.push(payload(byte)).error?.code);
    expect(errors).toEqual([undefined, undefined, undefined, "frame_too_large"]);
  });

  test("accepts a frame of exactly the bound", () => {
    const decoder = new FrameDecoder(8);
    expect(decoder.push(encodeFrames([new Uint8Array(8)])).frames).toHaveLength(1);
    expect(decoder.push(encodeFrames([new Uint8Array(9)])).error?.code).toBe("frame_too_large");
  });

  test("names a stream that ends inside a frame", () => {
    const decoder = new FrameDecoder();
    decoder.push(encodeFrames([payload(1, 2, 3)]).subarray(0, 6));
    expect(decoder.end()).toMatchObject({ code: "truncated_frame" });
  });
});
