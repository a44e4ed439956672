/** Vectors of frames, bytes, envelopes and the handshake. */
import { encodeFrames, encodeMessage, maxDepth } from "../../../packages/protocol/src/index.ts";
import {
  writeCancel,
  writeClose,
  writeEnd,
  writeEvent,
  writeGap,
  writeRequest,
  writeResponse,
} from "../../../packages/protocol/src/envelope/write.ts";
import { commandId, podId } from "../samples/values.ts";
import { type Draft, rawDraft, rejected, toHex, valid } from "./vector.ts";

export function frameVectors(): Draft[] {
  const subject = { reads: "stream" } as const;
  const two = toHex(encodeFrames([encodeMessage({ cancel: 1 }), encodeMessage({ cancel: 2 })]));
  return [
    rawDraft(subject, "two frames", two, true),
    rawDraft(subject, "no frame", "", true),
    rawDraft(subject, "a length of 0", "00000000", false),
    rawDraft(subject, "one byte over the bound", "01000001 c0", false),
    rawDraft(subject, "a length of 2³¹", "80000000", false),
    rawDraft(subject, "the greatest length", "ffffffff", false),
    rawDraft(subject, "a header cut short", "0000", false),
    rawDraft(subject, "a payload cut short", "00000003 81a1", false),
  ];
}

export function valueVectors(): Draft[] {
  const subject = { reads: "value" } as const;
  const values = { nil: null, true: true, "empty map": {}, "empty array": [], text: "ü🛶" };
  const numbers = [0, 127, 128, 255, 256, 65_536, 2 ** 32, 2 ** 53 - 1, -1, -33, -(2 ** 53 - 1)];
  return [
    ...Object.entries(values).map(([name, value]) => valid(subject, name, value)),
    ...numbers.map((value) => valid(subject, `integer ${value}`, value)),
    valid(subject, "a fraction", 0.1),
    valid(subject, "binary", Uint8Array.of(0, 255)),
    rawDraft(subject, "an integer wider than it need be", "ce 00000007", true),
    rawDraft(subject, `${maxDepth} arrays, one in the other`, nested(maxDepth), true),
    ...rejectedBytes.map(([name, hex]) => rawDraft(subject, name, hex, false)),
  ];
}

function nested(depth: number): string {
  return `${"91".repeat(depth)}c0`;
}

const rejectedBytes: readonly (readonly [name: string, hex: string])[] = [
  ["nothing", ""],
  ["a map cut short", "81a161"],
  ["a string cut short", "a561"],
  ["two values", "c0c0"],
  [`${maxDepth + 1} arrays, one in the other`, nested(maxDepth + 1)],
  ["an array that claims 65,537 entries", "dd 00010001"],
  ["a map that claims 2³² - 1 entries", "df ffffffff"],
  ["a string that claims 8 MiB + 1", "db 00800001"],
  ["binary that claims 4 GiB", "c6 ffffffff"],
  ["a timestamp extension", "d6ff 00000000"],
  ["another extension", "c7 01 05 00"],
  ["the byte that MessagePack never uses", "c1"],
  ["a map with a number as key", "8101c0"],
];

const request = { id: 7, method: "run", params: { input: [] } };
const hot = ["claim", "fence"];
const hotRequest = { id: 8, method: "claim.release", params: { claim: "c42", fence: 40 } };
const refusal = { code: "conflict", message: "taken", data: { by: "helper" } } as const;
const failed = { ok: false, error: refusal } as const;

export function envelopeVectors(): Draft[] {
  const subject = { reads: "envelope" } as const;
  const forms: Readonly<Record<string, unknown>> = {
    request: writeRequest({ ...request, commandId }),
    "request without command id": writeRequest({ ...request, commandId: undefined }),
    "request without params": { id: 0, method: "pause" },
    "request by position": writeRequest({ ...hotRequest, commandId }, hot),
    "request by position without command id": writeRequest(
      { ...hotRequest, commandId: undefined },
      hot,
    ),
    result: writeResponse(7, { ok: true, value: { turn: 1 } }, false),
    "result by position": writeResponse(7, { ok: true, value: { released: true } }, true),
    error: writeResponse(7, failed, false),
    "error by position": writeResponse(7, failed, true),
    "error with a code of a later revision": { id: 7, error: { code: "new", message: "m" } },
    event: writeEvent({ subscription: 7, seq: 0, data: { n: 1 } }, false),
    "event by position": writeEvent({ subscription: 7, seq: 1, data: [1] }, true),
    gap: writeGap(7, { from: 2, to: 9 }, { head: 9 }),
    "gap without snapshot": writeGap(7, { from: 2, to: 9 }, undefined),
    end: writeEnd(7, undefined),
    "end with an error": writeEnd(7, refusal),
    cancel: writeCancel(7),
    close: writeClose(refusal),
    "request with a field of a later revision": { ...request, trace: "t" },
  };
  return [
    ...Object.entries(forms).map(([name, form]) => valid(subject, name, form)),
    ...rejectedEnvelopes.map(([name, form]) => rejected(subject, name, form)),
  ];
}

const rejectedEnvelopes: readonly (readonly [name: string, form: unknown])[] = [
  ["nil", null],
  ["a string", "run"],
  ["an empty map", {}],
  ["an empty array", []],
  ["request with a negative id", { ...request, id: -1 }],
  ["request with an empty method", { ...request, method: "" }],
  ["request with a method of 129 characters", { ...request, method: "m".repeat(129) }],
  ["request with a command id without n", { ...request, commandId: { client: "c" } }],
  ["request by position with a fraction as id", [0, 1.5, "pause", null]],
  ["request by position without method", [0, 1]],
  ["request by position with a command id as a map", [0, 1, "pause", commandId]],
  ["result without id", { result: {} }],
  ["result by position without id", [1]],
  ["error without message", { id: 7, error: { code: "busy" } }],
  ["error by position without message", [2, 7, "busy"]],
  ["event with a negative seq", { subscription: 7, seq: -1 }],
  ["event by position without seq", [3, 7]],
  ["gap without to", { subscription: 7, gap: { from: 1 } }],
  ["end that is false", { subscription: 7, end: false }],
  ["cancel of a string", { cancel: "7" }],
  ["close without code and message", { close: {} }],
  ["a positional tag that does not exist", [4, 7]],
];

const hello = {
  protocol: [1, 1],
  role: "pod",
  token: "t0ken",
  podId,
  generation: 2,
  name: "worker",
  version: "0.1.0",
};

const welcome = {
  protocol: 1,
  peer: { name: "coordinator", version: "0.1.0" },
  limits: { maxFrameBytes: 16_777_216, maxPendingRequests: 4_096, maxSubscriptionQueue: 1_024 },
  features: ["sandbox"],
};

export function handshakeVectors(): Draft[] {
  const says = { reads: "hello" } as const;
  const hears = { reads: "welcome" } as const;
  return [
    valid(says, "hello of a pod", { hello }),
    valid(says, "hello of an operator", {
      hello: { protocol: [1, 3], role: "operator", token: "", name: "cli", version: "0.1.0" },
    }),
    valid(says, "hello with a field of a later revision", { hello: { ...hello, locale: "en" } }),
    rejected(says, "hello without token", { hello: { ...hello, token: undefined } }),
    rejected(says, "hello of an unknown role", { hello: { ...hello, role: "root" } }),
    rejected(says, "hello with one revision", { hello: { ...hello, protocol: [1] } }),
    rejected(says, "hello of later revisions only", { hello: { ...hello, protocol: [2, 3] } }),
    rejected(says, "a request before hello", request),
    rejected(says, "nil", null),
    valid(hears, "welcome", { welcome }),
    valid(hears, "welcome with a field of a later revision", {
      welcome: { ...welcome, host: "h" },
    }),
    rejected(hears, "welcome without limits", { welcome: { ...welcome, limits: undefined } }),
    rejected(hears, "welcome to a later revision", { welcome: { ...welcome, protocol: 2 } }),
    rejected(hears, "a refusal", { close: { code: "unauthorized", message: "unknown token" } }),
    rejected(hears, "a request instead of welcome", request),
  ];
}
