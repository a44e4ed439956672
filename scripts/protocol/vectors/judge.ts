/**
 * What the package itself makes of a vector's bytes. The test judges the committed bytes again.
 */
import type { z } from "zod";
import {
  ActivityEvent,
  CodecError,
  type Envelope,
  EnvelopeError,
  FrameDecoder,
  Hello,
  HistoryItem,
  LogEventEnvelope,
  type Method,
  ReceivedPodEvent,
  Segment,
  Welcome,
  decodeMessage,
  laneOf,
  logEventData,
  nameParams,
  negotiateProtocol,
  readEnvelope,
} from "../../../packages/protocol/src/index.ts";
import { tables } from "../tables.ts";
import { type Expectation, type Stage, type Subject, toHex } from "./vector.ts";

/** What a conforming reader does with the bytes. */
export function judge(subject: Subject, bytes: Uint8Array): Expectation {
  if (subject.reads === "stream") return judgeStream(bytes);
  try {
    return judgeValue(subject, decodeMessage(bytes));
  } catch (error) {
    if (error instanceof CodecError) return reject("codec", error.code);
    if (error instanceof EnvelopeError) return reject("envelope", error.code);
    throw error;
  }
}

/** A decoded value as JSON: binary as `{ "$binary": hex }`, absent fields left out. */
export function toJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    item instanceof Uint8Array ? { $binary: toHex(item) } : item,
  );
  return JSON.parse(text) as unknown;
}

function judgeStream(bytes: Uint8Array): Expectation {
  const decoder = new FrameDecoder();
  const { frames, error } = decoder.push(bytes);
  const failure = error ?? decoder.end();
  if (failure !== undefined) return reject("frame", failure.code);
  return { accepts: frames.map(toHex) };
}

function judgeValue(subject: Subject, value: unknown): Expectation {
  switch (subject.reads) {
    case "value":
    case "stream":
      return accept(value);
    case "envelope":
      return accept(readEnvelope(value));
    case "hello":
      return judgeHello((value as { hello?: unknown } | null)?.hello);
    case "welcome":
      return judgeWelcome(value);
    case "segment":
      return parse(Segment, value);
    case "pod_event":
      return judgePodEvent(value);
    case "history_item":
      return parse(HistoryItem, value);
    case "activity_event":
      return parse(ActivityEvent, value);
    case "log_event":
      return judgeLogEvent(value);
    case "params":
      return judgeParams(methodOf(subject), readEnvelope(value));
    case "result":
      return judgeResult(methodOf(subject), readEnvelope(value));
  }
}

function judgeHello(value: unknown): Expectation {
  const hello = Hello.safeParse(value);
  if (!hello.success) return invalid("handshake", hello.error);
  const protocol = negotiateProtocol(hello.data.protocol);
  return protocol.ok ? accept(hello.data) : reject("handshake", protocol.error.code);
}

/** A server that refuses a hello sends a close envelope instead of a welcome. */
function judgeWelcome(value: unknown): Expectation {
  const welcome = Welcome.safeParse((value as { welcome?: unknown } | null)?.welcome);
  if (welcome.success) {
    const { protocol } = welcome.data;
    const agreed = negotiateProtocol([protocol, protocol]);
    return agreed.ok ? accept(welcome.data) : reject("handshake", agreed.error.code);
  }
  const envelope = readEnvelope(value);
  return reject("handshake", envelope.kind === "close" ? envelope.error.code : "unsupported");
}

function judgePodEvent(value: unknown): Expectation {
  const event = ReceivedPodEvent.safeParse(value);
  if (!event.success) return invalid("schema", event.error);
  return { accepts: toJson(event.data), lane: laneOf(event.data) };
}

/** Data of a kind that is not known here is kept as it came. */
function judgeLogEvent(value: unknown): Expectation {
  const envelope = LogEventEnvelope.safeParse(value);
  if (!envelope.success) return invalid("schema", envelope.error);
  const schemas: Readonly<Record<string, z.ZodType>> = logEventData;
  const data = schemas[envelope.data.kind]?.safeParse(envelope.data.data);
  if (data?.success === false) return invalid("schema", data.error);
  return accept(data === undefined ? envelope.data : { ...envelope.data, data: data.data });
}

function judgeParams(method: Method | undefined, envelope: Envelope): Expectation {
  if (envelope.kind !== "request") return reject("envelope", "invalid_envelope");
  if (method === undefined) return reject("method", "unsupported");
  const { hot } = method;
  if (envelope.positional && hot === undefined) return reject("method", "invalid_request");
  const named = envelope.positional && hot !== undefined;
  return parse(method.params, named ? nameParams(hot, envelope.params) : envelope.params);
}

function judgeResult(method: Method | undefined, envelope: Envelope): Expectation {
  if (envelope.kind !== "result" || method === undefined) {
    return reject("envelope", "invalid_envelope");
  }
  return parse(method.result, envelope.result);
}

function methodOf({ table, method }: Subject): Method | undefined {
  const found = tables.find(({ name }) => name === table);
  const methods: Readonly<Record<string, Method>> = found?.methods ?? {};
  return methods[method ?? ""];
}

function parse(schema: z.ZodType, value: unknown): Expectation {
  const parsed = schema.safeParse(value);
  return parsed.success ? accept(parsed.data) : invalid("schema", parsed.error);
}

function accept(value: unknown): Expectation {
  return { accepts: toJson(value) };
}

function reject(stage: Stage, code: string): Expectation {
  return { rejects: { stage, code } };
}

function invalid(stage: Stage, error: z.ZodError): Expectation {
  const paths = [...new Set(error.issues.map(({ path }) => path.join(".")))];
  return { rejects: { stage, code: "invalid_request", paths } };
}
