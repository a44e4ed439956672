/**
 * packages/protocol/vectors: for each group a JSON file that says everything, and the same bytes in
 * the same order as one stream of frames, for readers that want to be fed like a socket.
 */
import {
  CodecError,
  decodeMessage,
  encodeFrames,
  protocolVersion,
} from "../../packages/protocol/src/index.ts";
import { tables } from "./tables.ts";
import { judge, toJson } from "./vectors/judge.ts";
import {
  envelopeVectors,
  frameVectors,
  handshakeVectors,
  valueVectors,
} from "./vectors/messages.ts";
import { methodVectors } from "./vectors/methods.ts";
import {
  activityEventVectors,
  historyVectors,
  logEventVectors,
  podEventVectors,
  segmentVectors,
} from "./vectors/payloads.ts";
import { type Draft, type Vector, fromHex, toHex } from "./vectors/vector.ts";

export interface VectorGroup {
  readonly name: string;
  readonly vectors: readonly Vector[];
}

export function generateVectors(): VectorGroup[] {
  const groups: Readonly<Record<string, readonly Draft[]>> = {
    frames: frameVectors(),
    values: valueVectors(),
    envelopes: envelopeVectors(),
    handshake: handshakeVectors(),
    segments: segmentVectors(),
    "pod-events": podEventVectors(),
    "history-items": historyVectors(),
    "log-events": logEventVectors(),
    "activity-events": activityEventVectors(),
    ...Object.fromEntries(
      tables.map(({ name }) => [`methods-${kebabCase(name)}`, methodVectors(name)]),
    ),
  };
  return Object.entries(groups).map(([name, drafts]) => ({ name, vectors: drafts.map(toVector) }));
}

/** One vector a line, so that a change shows as the vectors it changed. */
export function vectorsAsJson({ name, vectors }: VectorGroup): string {
  const lines = vectors.map((vector) => `    ${JSON.stringify(vector)}`);
  const head = `"group": ${JSON.stringify(name)},\n  "protocol": ${protocolVersion}`;
  return `{\n  ${head},\n  "vectors": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/** Not for the group of frames, whose vectors are streams themselves, nor for empty payloads. */
export function vectorsAsFrames({ vectors }: VectorGroup): Uint8Array {
  const payloads = vectors.map(({ hex }) => fromHex(hex));
  return encodeFrames(payloads.filter(({ length }) => length > 0));
}

function toVector({ bytes, valid, ...subject }: Draft): Vector {
  const expect = judge(subject, bytes);
  if ("accepts" in expect !== valid) {
    const found = JSON.stringify(expect);
    const wanted = valid ? "valid" : "rejected";
    throw new Error(`vector "${subject.name}" is meant to be ${wanted}, found ${found}`);
  }
  const vector = { ...subject, hex: toHex(bytes) };
  if (subject.reads === "stream") return { ...vector, expect };
  try {
    return { ...vector, value: toJson(decodeMessage(bytes)), expect };
  } catch (error) {
    if (error instanceof CodecError) return { ...vector, expect };
    throw error;
  }
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
