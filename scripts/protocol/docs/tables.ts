/** Markdown tables out of the method tables, schemas, limits and codes. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import {
  ActivityEvent,
  type Method,
  type MethodTable,
  ReceivedPodEvent,
  UnknownPodEvent,
  PodEvent,
  errorCodes,
  exitCodeOf,
  laneOf,
  logEventData,
  reservedResources,
  servedResources,
} from "../../../packages/protocol/src/index.ts";
import * as limits from "../../../packages/protocol/src/limits.ts";
import { newerPodEvent, podEventSamples } from "../samples/pod-events.ts";
import { membersByKind } from "../tables.ts";
import { errorMeanings, sideEffects } from "./purposes.ts";

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

/** `*` after a name marks a mutation, `?` after a field one that may be left out. */
export function methodTable(
  methods: MethodTable,
  purposes: Readonly<Record<string, string>>,
): string {
  const rows = Object.entries(methods).map(([name, method]) => [
    `\`${name}\`${method.mutation ? "*" : ""}`,
    purposes[name] ?? "",
    fieldsOf(method.params),
    fieldsOf(method.result),
    notesOn(method),
  ]);
  return table(["method", "purpose", "params", "result", "deadline"], rows);
}

function notesOn({ deadlineMs, hot }: Method): string {
  const deadline = deadlineMs === limits.requestDeadlineMs ? "" : durationText(deadlineMs);
  return hot === undefined ? deadline : `${deadline} by position: \`${hot.join(" ")}\``.trim();
}

function durationText(ms: number): string {
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 1_000} s`;
}

/** The names of an object's fields; a union's are those of all its members. */
function fieldsOf(schema: z.ZodType, leftOut: readonly string[] = []): string {
  const fields = schema instanceof z.ZodObject ? Object.entries(schema.shape) : [];
  const names = fields
    .filter(([name]) => !leftOut.includes(name))
    .map(([name, field]) => (mayBeAbsent(field) ? `${name}?` : name));
  return names.length === 0 ? "–" : `\`${names.join(" ")}\``;
}

function mayBeAbsent(field: unknown): boolean {
  return field instanceof z.ZodType && field.safeParse(undefined).success;
}

const senderFields = ["kind", "podId", "podName", "generation", "seq", "at"];

export function podEventTable(): string {
  const known = [...membersByKind(PodEvent, "kind")];
  const rows = [...known, ["unknown", UnknownPodEvent] as const].map(([kind, schema]) => {
    const name = kind as keyof typeof sideEffects;
    const sample: unknown = name === "unknown" ? newerPodEvent : podEventSamples[name];
    const lane = laneOf(ReceivedPodEvent.parse(sample));
    return [
      `\`${kind}\``,
      fieldsOf(schema, senderFields),
      lane === "agent" ? "**agent**" : lane,
      sideEffects[name],
    ];
  });
  return table(["kind", "fields", "lane", "what the receiver does at once"], rows);
}

export function logEventTable(): string {
  const rows = Object.entries(logEventData).map(([kind, schema]) => [
    `\`${kind}\``,
    fieldsOf(schema),
  ]);
  return table(["kind", "data"], rows);
}

/** Each resource, and whether a coordinator of this version answers it. */
export function resourceTable(): string {
  const served: Readonly<Record<string, MethodTable>> = servedResources;
  const reserved: Readonly<Record<string, MethodTable>> = reservedResources;
  const names = [...new Set([...Object.keys(served), ...Object.keys(reserved)])];
  const rows = names.map((name) => [
    `\`${name}\``,
    methodNames(served[name]),
    methodNames(reserved[name]),
  ]);
  return table(["resource", "served in this version", "reserved"], rows);
}

function methodNames(methods: MethodTable = {}): string {
  const names = Object.keys(methods).map((name) => `\`${name}\``);
  return names.length === 0 ? "–" : names.join(" ");
}

export function activityEventTable(): string {
  const kinds = [...membersByKind(ActivityEvent, "kind")];
  const own = kinds.map(([, schema]) => Object.keys(schema.shape));
  const shared = (own[0] ?? []).filter((name) => own.every((names) => names.includes(name)));
  const rows = kinds.map(([kind, schema]) => [`\`${kind}\``, fieldsOf(schema, shared)]);
  return table(["kind", "fields beside those of every event"], rows);
}

export function errorTable(): string {
  const rows = errorCodes.map((code) => [
    `\`${code}\``,
    String(exitCodeOf[code]),
    errorMeanings[code],
  ]);
  return table(["code", "exit code", "meaning"], rows);
}

/** Values from the module, reasons from the comment above each constant. */
export function limitTable(): string {
  const path = new URL("../../../packages/protocol/src/limits.ts", import.meta.url);
  const source = readFileSync(path, "utf8");
  const reasons = new Map(
    [...source.matchAll(/\/\*\* (.*) \*\/\nexport const (\w+) =/g)].map(
      ([, reason = "", name = ""]) => [name, reason],
    ),
  );
  const values: Readonly<Record<string, number>> = limits;
  const unexplained = Object.keys(values).filter((name) => !reasons.has(name));
  if (unexplained.length > 0) throw new Error(`no line of reason above ${unexplained.join()}`);
  const rows = [...reasons].map(([name, reason]) => [
    `\`${name}\``,
    (values[name] ?? 0).toLocaleString("en-US"),
    reason,
  ]);
  return table(["limit", "value", "what it bounds, and why"], rows);
}
