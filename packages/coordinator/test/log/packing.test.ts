import { expect, test } from "vitest";
import { pack, unpack, unpackedBytes } from "../../src/log/packing.ts";

const large = JSON.stringify(Array.from({ length: 1_000 }, (_, n) => ({ kind: "sampled", n })));

test.each([
  ["small", '["é"]'],
  ["large", large],
  ["large, of many bytes a character", `["${"😀é".repeat(5_000)}"]`],
])("a %s text comes back as it was, and its size is known before", (_name, text) => {
  const packed = pack(text);
  expect(unpack(packed)).toBe(text);
  expect(unpackedBytes(packed)).toBe(Buffer.byteLength(text));
});

test("a small text can be read as it lies; a large one of like events is a fraction", () => {
  expect(Buffer.from(pack('["a"]')).toString()).toBe('["a"]');
  expect(pack(large).byteLength).toBeLessThan(large.length / 5);
});

test("a compressed text that holds more or less than it says is refused, not trusted", () => {
  for (const change of [-1, 1]) {
    const packed = Buffer.from(pack(large));
    packed.writeUInt32LE(unpackedBytes(packed) + change, 1);
    expect(() => unpack(packed)).toThrow(/larger than|it holds/);
  }
  expect(() => unpack(pack(large).subarray(0, 40))).toThrow(/unexpected end|it holds/i);
});
