/** Vectors of what travels inside messages: segments, PodEvents, history items, log events. */
import type { z } from "zod";
import {
  ActivityEvent,
  HistoryItem,
  LogEventEnvelope,
  ReceivedPodEvent,
  Segment,
  logEventData,
  maxSummaryBytes,
} from "../../../packages/protocol/src/index.ts";
import { activitySamples } from "../samples/activity-events.ts";
import { historySamples } from "../samples/history.ts";
import { logEventSamples } from "../samples/log-events.ts";
import { newerPodEvent, podEventSamples } from "../samples/pod-events.ts";
import { artifactId, logEvent } from "../samples/values.ts";
import { spoil, vary } from "./spoil.ts";
import { type Draft, rejected, valid } from "./vector.ts";

const itself = (payload: unknown): unknown => payload;

const segmentSamples = {
  text: { type: "text", text: "Fix the parser; ünïcode, too" },
  "file_ref of a file": { type: "file_ref", path: "src/parser.ts" },
  "file_ref of lines": { type: "file_ref", path: "src/parser.ts", fromLine: 3, toLine: 9 },
  paste: { type: "paste", text: "a\nb\n", label: "log" },
  artifact_ref: { type: "artifact_ref", artifact: artifactId },
  unknown: { type: "unknown", raw: { type: "voice", seconds: 3 } },
} as const;

export function segmentVectors(): Draft[] {
  const subject = { reads: "segment" } as const;
  const known = Object.entries(segmentSamples).flatMap(([name, sample]) => {
    const spoiled = { schema: Segment, sample, wrap: itself, fixed: ["type"] };
    return [...vary(subject, name, spoiled), ...spoil(subject, name, spoiled)];
  });
  return [
    ...known,
    valid(subject, "a type of a later revision", { type: "voice", seconds: 3 }),
    rejected(subject, "a segment without type", { text: "a" }),
    rejected(subject, "a type that is no string", { type: 1, text: "a" }),
    rejected(subject, "file_ref from line 0", { type: "file_ref", path: "a", fromLine: 0 }),
    rejected(subject, "artifact_ref of no digest", { type: "artifact_ref", artifact: "abc" }),
  ];
}

export function podEventVectors(): Draft[] {
  const subject = { reads: "pod_event" } as const;
  const known = Object.entries(podEventSamples).flatMap(([kind, sample]) => {
    const spoiled = { schema: ReceivedPodEvent, sample, wrap: itself, fixed: ["kind"] };
    return [...vary(subject, kind, spoiled), ...spoil(subject, kind, spoiled)];
  });
  const { turn_ended: ended, errored, scope_sub_delegated: delegated } = podEventSamples;
  const { kind: _, ...unnamed } = ended;
  return [
    ...known,
    valid(subject, "a kind of a later revision", newerPodEvent),
    rejected(subject, "a kind of a later revision without seq", { ...newerPodEvent, seq: null }),
    rejected(subject, "an event without kind", unnamed),
    rejected(subject, "a kind that is no string", { ...ended, kind: 3 }),
    rejected(subject, "seq 0", { ...ended, seq: 0 }),
    rejected(subject, "generation 0", { ...ended, generation: 0 }),
    rejected(subject, "a pod id of a wrong form", { ...ended, podId: "worker" }),
    rejected(subject, "a pod name that looks like an option", { ...ended, podName: "-rf" }),
    rejected(subject, "a pod name that climbs", { ...ended, podName: "a..b" }),
    rejected(subject, "turn_ended with another outcome", { ...ended, outcome: "errored" }),
    rejected(subject, "errored with a code that does not exist", { ...errored, code: "oops" }),
    rejected(subject, "errored with a message over its bound", {
      ...errored,
      message: "m".repeat(maxSummaryBytes + 1),
    }),
    rejected(subject, "scope_sub_delegated with a permission that does not exist", {
      ...delegated,
      scope: [{ target: "src", permission: "execute" }],
    }),
  ];
}

export function historyVectors(): Draft[] {
  const subject = { reads: "history_item" } as const;
  const items = Object.entries(historySamples).flatMap(([name, sample]) => {
    const spoiled = { schema: HistoryItem, sample, wrap: itself, fixed: ["type", "cause"] };
    return [...vary(subject, name, spoiled), ...spoil(subject, name, spoiled)];
  });
  const notification = historySamples["notification of a pod_event"];
  return [
    ...items,
    rejected(subject, "a notification of a control event", {
      ...notification,
      event: podEventSamples.scope_sub_delegated,
    }),
    rejected(subject, "a type that does not exist", { ...notification, type: "note" }),
  ];
}

export function activityEventVectors(): Draft[] {
  const subject = { reads: "activity_event" } as const;
  const kinds = Object.entries(activitySamples).flatMap(([kind, sample]) => {
    const spoiled = { schema: ActivityEvent, sample, wrap: itself, fixed: ["kind"] };
    return [...vary(subject, kind, spoiled), ...spoil(subject, kind, spoiled)];
  });
  const { agent_touched_path: touched } = activitySamples;
  return [
    ...kinds,
    rejected(subject, "a clear path in a hashed event", { ...touched, path: "src/parser.ts" }),
    rejected(subject, "a digest in an event of metadata", { ...touched, redaction: "metadata" }),
    rejected(subject, "a redaction that does not exist", { ...touched, redaction: "none" }),
    rejected(subject, "a schema of a later version", { ...touched, schemaVersion: 2 }),
  ];
}

export function logEventVectors(): Draft[] {
  const subject = { reads: "log_event" } as const;
  const kinds = Object.entries(logEventSamples).flatMap(([kind, sample]) => {
    const schema: z.ZodType = logEventData[kind as keyof typeof logEventData];
    const wrap = (data: unknown): unknown => ({ ...logEvent, kind, data });
    const spoiled = { schema, sample, wrap };
    return [...vary(subject, kind, spoiled), ...spoil(subject, kind, spoiled)];
  });
  const spoiled = { schema: LogEventEnvelope, sample: logEvent, wrap: itself };
  return [
    ...kinds,
    ...spoil(subject, "an envelope", spoiled),
    valid(subject, "a kind of a later revision", { ...logEvent, kind: "pod.dreamt", data: [1] }),
  ];
}
