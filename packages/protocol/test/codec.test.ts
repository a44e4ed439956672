import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CodecError,
  decodeMessage,
  encodeMessage,
  maxDepth,
  maxEntries,
  maxMessageValues,
  maxStringBytes,
} from "../src/index.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function nested(depth: number): Uint8Array {
  return bytes(...Array.from({ length: depth }, () => 0x91), 0x00);
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
}

describe("decodeMessage", () => {
  test("reads every JSON value that encodeMessage wrote", () => {
    const anyValue = fc.jsonValue({ maxDepth: 6 });
    fc.assert(
      fc.property(anyValue, (value) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        const withoutNegativeZero: unknown = JSON.parse(JSON.stringify(value));
        expect(decodeMessage(encodeMessage(value))).toStrictEqual(withoutNegativeZero);
      }),
    );
  });

  test("reads binary", () => {
    expect(decodeMessage(encodeMessage({ data: bytes(1, 2, 3) }))).toEqual({
      data: bytes(1, 2, 3),
    });
  });

  test.each([
    ["nothing", bytes(), "truncated"],
    ["a string cut short", bytes(0xa5, 0x61), "truncated"],
    ["a map cut short", bytes(0x82, 0xa1, 0x61, 0x01), "truncated"],
    ["a number cut short", bytes(0xcf, 0x00), "truncated"],
    ["an array that claims 4 Gi entries", bytes(0xdd, 255, 255, 255, 255), "too_many_entries"],
    ["a map that claims 4 Gi entries", bytes(0xdf, 255, 255, 255, 255), "too_many_entries"],
    ["a string that claims 4 GiB", bytes(0xdb, 255, 255, 255, 255), "string_too_long"],
    ["binary that claims 4 GiB", bytes(0xc6, 255, 255, 255, 255), "string_too_long"],
    ["bytes after the value", bytes(0x01, 0x02), "trailing_bytes"],
    ["the byte that MessagePack never uses", bytes(0xc1), "unsupported_type"],
    ["an extension", bytes(0xd4, 0x01, 0x00), "unsupported_type"],
    ["a timestamp", encode(new Date(0)), "unsupported_type"],
    ["a key that is a number", bytes(0x81, 0x01, 0x02), "malformed"],
    ["the key __proto__", encode(JSON.parse('{"__proto__": 1}')), "malformed"],
    ["nesting one too deep", nested(maxDepth + 1), "too_deep"],
    ["nesting far too deep", nested(100_000), "too_deep"],
  ])("refuses %s", (_name, payload, code) => {
    expect(codeOf(() => decodeMessage(payload))).toBe(code);
  });

  test("accepts nesting of exactly the bound", () => {
    expect(codeOf(() => decodeMessage(nested(maxDepth)))).toBeUndefined();
  });

  test("refuses arrays nested to allocate the square of what they hold", () => {
    const level = [0xdc, 0xff, 0xff];
    const payload = bytes(...Array.from({ length: 60 }, () => level).flat());
    expect(codeOf(() => decodeMessage(payload))).toBe("truncated");
  });

  test("refuses more values than the bound, however they are spread", () => {
    const inner = [0xdd, 0, 1, 0, 0, ...Array.from({ length: maxEntries }, () => 0x80)];
    const arrays = Math.ceil(maxMessageValues / maxEntries) + 1;
    const payload = Buffer.concat([
      bytes(0xdc, arrays >> 8, arrays & 255),
      ...Array.from({ length: arrays }, () => bytes(...inner)),
    ]);
    expect(codeOf(() => decodeMessage(payload))).toBe("too_many_values");
  });

  test("answers random bytes with a value or a CodecError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (payload) => {
        expect(() => codeOf(() => decodeMessage(payload))).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("encodeMessage", () => {
  test("leaves out properties that are undefined", () => {
    expect(decodeMessage(encodeMessage({ a: undefined, b: 1 }))).toStrictEqual({ b: 1 });
  });

  test.each([
    ["a Date", new Date(0), "unencodable"],
    ["a bigint", { n: 1n }, "unencodable"],
    ["a function", { call: () => 1 }, "unencodable"],
    ["a string over the bound", "x".repeat(maxStringBytes + 1), "string_too_long"],
    ["too many entries", Array.from({ length: maxEntries + 1 }, () => 0), "too_many_entries"],
    ["a message over the frame's bound", Array(3).fill("x".repeat(6_000_000)), "too_large"],
  ])("refuses %s, which the other side could not read", (_name, value, code) => {
    expect(codeOf(() => encodeMessage(value))).toBe(code);
  });

  test("refuses a value that holds itself", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(codeOf(() => encodeMessage(loop))).toBe("unencodable");
  });
});
