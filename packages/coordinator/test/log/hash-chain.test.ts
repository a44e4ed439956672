import fc from "fast-check";
import { expect, test } from "vitest";
import { checkLink, emptyHead, headOf, openBatch } from "../../src/log/hash-chain.ts";
import type { StoredBatch } from "../../src/log/log.ts";
import { LogFault } from "../../src/log/log-fault.ts";
import { encodeEvent, joinEvents } from "../../src/log/encoding.ts";
import { sampleBatch, sampleEvent } from "./sample.ts";
import { hash } from "node:crypto";

function stored(payload: Uint8Array): StoredBatch {
  const { firstSeq, lastSeq, atMs, prevHash, hash: link } = sampleBatch(emptyHead, 3);
  return { firstSeq, lastSeq, atMs, prevHash, hash: link, payload };
}

test("any flipped bit of a record is named", () => {
  const { payload } = sampleBatch(emptyHead, 3);
  const position = fc.nat({ max: payload.length - 1 });
  fc.assert(
    fc.property(position, fc.nat({ max: 7 }), (at, bit) => {
      const damaged = Uint8Array.from(payload);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
      expect(() => openBatch(stored(damaged))).toThrow(/record at seq 1 is damaged/);
    }),
  );
});

test("an untouched record opens to what was sealed", () => {
  const batch = sampleBatch(emptyHead, 3);
  expect(openBatch(stored(batch.payload)).events).toEqual(batch.events);
});

test("a record must continue the one before it", () => {
  const first = sampleBatch(emptyHead, 2);
  const second = sampleBatch(headOf(first), 2);
  checkLink(headOf(first), second);
  expect(() => checkLink(emptyHead, second)).toThrow(LogFault);
  expect(() => checkLink(headOf(second), second)).toThrow(LogFault);
  const forged = { ...second, prevHash: "0".repeat(64) };
  expect(() => checkLink(headOf(first), forged)).toThrow(/does not continue/);
});

test("a payload of a newer format asks for an upgrade", () => {
  const text = Buffer.from(joinEvents([encodeEvent(sampleEvent(1))])).toString();
  const payload = Buffer.from(text.replace("[1,", "[2,"));
  const link = hash("sha256", `${emptyHead.hash}:1:${payload.toString()}`);
  const newer = { ...stored(payload), hash: link };
  expect(() => openBatch(newer)).toThrow(expect.objectContaining({ code: "upgrade" }));
});

test("the bytes of a log never change their meaning", () => {
  const event = { ...sampleEvent(7), commandId: { client: "c", n: 4 }, answer: null };
  expect(encodeEvent(event)).toBe(
    '[1007,1,"sampled","s7","operator","k1",{"seq":7,"text":"é\\u0000😀"},"c",4,null]',
  );
  const batch = sampleBatch(emptyHead, 1);
  expect(batch.hash).toMatchInlineSnapshot(
    `"329f436dbb8e23d7092708f0c08abb25e88d940937f3b68a2f4f00eb6bdc18f9"`,
  );
});
