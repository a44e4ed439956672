import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CancelEnvelope,
  CloseEnvelope,
  EndEnvelope,
  EnvelopeError,
  EventEnvelope,
  GapEnvelope,
  RequestEnvelope,
  ResponseEnvelope,
  accepted,
  decodeMessage,
  encodeMessage,
  nameParams,
  readEnvelope,
  refused,
} from "../src/index.ts";
import {
  writeCancel,
  writeClose,
  writeEnd,
  writeEvent,
  writeGap,
  writeRequest,
  writeResponse,
} from "../src/envelope/write.ts";

const overWire = (value: unknown): unknown => decodeMessage(encodeMessage(value));
const request = {
  id: 7,
  method: "sample.add",
  params: { left: 1, right: 2 },
  commandId: undefined,
};
const commandId = { client: "cli-1", n: 3 };
const hot = ["left", "right", "note"];
const refusal = { code: "conflict", message: "taken", data: { by: "api" } } as const;

describe("readEnvelope", () => {
  test.each([
    ["request", writeRequest({ ...request, commandId }), RequestEnvelope],
    ["result", writeResponse(7, accepted({ sum: 3 }), false), ResponseEnvelope],
    ["error", writeResponse(7, { ok: false, error: refusal }, false), ResponseEnvelope],
    ["event", writeEvent({ subscription: 7, seq: 0, data: [1] }, false), EventEnvelope],
    ["gap", writeGap(7, { from: 1, to: 9 }, { all: true }), GapEnvelope],
    ["end", writeEnd(7, refusal), EndEnvelope],
    ["cancel", writeCancel(7), CancelEnvelope],
    ["close", writeClose(refusal), CloseEnvelope],
  ] as const)("reads a written %s, and its schema describes it", (kind, written, schema) => {
    const wire = overWire(written);
    expect(readEnvelope(wire).kind).toBe(kind);
    expect(schema.safeParse(wire).success).toBe(true);
  });

  test("reads a positional request and names its params", () => {
    const envelope = readEnvelope(overWire(writeRequest({ ...request, commandId }, hot)));
    expect(envelope).toMatchObject({ kind: "request", id: 7, method: "sample.add", commandId });
    if (envelope.kind !== "request") throw new Error("unreachable");
    expect(nameParams(hot, envelope.params)).toEqual({ left: 1, right: 2 });
  });

  test("reads positional answers and events", () => {
    const result = overWire(writeResponse(7, accepted({ sum: 3 }), true));
    expect(readEnvelope(result)).toEqual({ kind: "result", id: 7, result: { sum: 3 } });
    const error = overWire(writeResponse(7, { ok: false, error: refusal }, true));
    expect(readEnvelope(error)).toEqual({ kind: "error", id: 7, error: refusal });
    const event = overWire(writeEvent({ subscription: 7, seq: 4, data: "x" }, true));
    expect(readEnvelope(event)).toEqual({ kind: "event", subscription: 7, seq: 4, data: "x" });
  });

  test("reads an answer without data as one without data", () => {
    const wire = overWire(writeResponse(7, refused("busy", "later"), true));
    expect(readEnvelope(wire)).toEqual({
      kind: "error",
      id: 7,
      error: { code: "busy", message: "later" },
    });
  });

  test("reads an unknown error code as internal, and names it", () => {
    const wire = { id: 1, error: { code: "from_the_future", message: "m" } };
    expect(readEnvelope(wire)).toMatchObject({
      error: { code: "internal", message: "string from_the_future: m" },
    });
  });

  test("ignores unknown fields", () => {
    const wire = { ...request, commandId: { ...commandId, extra: 1 }, extra: 1 };
    expect(readEnvelope(wire)).toMatchObject({ kind: "request", commandId });
  });

  test.each([
    ["nil", null],
    ["a number", 3],
    ["an empty map", {}],
    ["an empty array", []],
    ["an unknown tag", [9, 1]],
    ["a negative id", { id: -1, method: "a" }],
    ["a fractional id", [0, 1.5, "a", null]],
    ["a method that is no string", { id: 1, method: 5 }],
    ["an empty method", { id: 1, method: "" }],
    ["a method too long", { id: 1, method: "m".repeat(129) }],
    ["a command id without n", { id: 1, method: "a", commandId: { client: "c" } }],
    ["a positional command id that is a map", [0, 1, "a", { client: "c", n: 1 }]],
    ["an error without a message", { id: 1, error: { code: "busy" } }],
    ["a subscription with nothing", { subscription: 1 }],
    ["a gap without an end", { subscription: 1, gap: { from: 1 } }],
  ])("refuses %s", (_name, value) => {
    expect(() => readEnvelope(value)).toThrow(EnvelopeError);
  });

  test("agrees with the request's schema on any values of its fields", () => {
    const odd = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.double(), fc.boolean());
    const command = fc.record({ client: odd, n: odd }, { requiredKeys: [] });
    const anyRequest = fc.record(
      { id: odd, method: odd, params: odd, commandId: command },
      { requiredKeys: ["id", "method"] },
    );
    fc.assert(
      fc.property(anyRequest, (value) => {
        expect(reads(value)).toBe(RequestEnvelope.safeParse(value).success);
      }),
    );
  });

  test("answers any value with an envelope or an EnvelopeError", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => reads(value)).not.toThrow();
      }),
    );
  });
});

function reads(value: unknown): boolean {
  try {
    readEnvelope(value);
    return true;
  } catch (error) {
    if (error instanceof EnvelopeError) return false;
    throw error;
  }
}
