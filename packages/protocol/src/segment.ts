/**
 * What a turn's input is made of.
 */
import { z } from "zod";
import { ArtifactId } from "./ids.ts";
import { maxMessageBytes } from "./limits.ts";

export const TextSegment = z.object({
  type: z.literal("text"),
  text: z.string().max(maxMessageBytes),
});

export const FileRefSegment = z.object({
  type: z.literal("file_ref"),
  /** Workspace-relative POSIX path. */
  path: z.string(),
  fromLine: z.int().min(1).optional(),
  toLine: z.int().min(1).optional(),
});

/** Text a person pasted: shown collapsed, given to the agent whole. */
export const PasteSegment = z.object({
  type: z.literal("paste"),
  text: z.string().max(maxMessageBytes),
  label: z.string().max(256).optional(),
});

export const ArtifactRefSegment = z.object({
  type: z.literal("artifact_ref"),
  artifact: ArtifactId,
  label: z.string().max(256).optional(),
});

/** A segment type of a newer peer: kept as it came, never shown to an agent. */
export const UnknownSegment = z.object({ type: z.literal("unknown"), raw: z.unknown() });

const KnownSegment = z.discriminatedUnion("type", [
  TextSegment,
  FileRefSegment,
  PasteSegment,
  ArtifactRefSegment,
  UnknownSegment,
]);

const knownTypes = new Set(["text", "file_ref", "paste", "artifact_ref", "unknown"]);

export const Segment = z.preprocess((value) => {
  const type = (value as { type?: unknown } | null)?.type;
  return typeof type === "string" && !knownTypes.has(type)
    ? { type: "unknown", raw: value }
    : value;
}, KnownSegment);
export type Segment = z.infer<typeof KnownSegment>;

/** The plain text of an input, for agents that take only text. */
export function textOf(input: readonly Segment[]): string {
  return input
    .map(renderSegment)
    .filter((text) => text !== "")
    .join("\n");
}

function renderSegment(segment: Segment): string {
  switch (segment.type) {
    case "text":
    case "paste":
      return segment.text;
    case "file_ref":
      return segment.fromLine === undefined
        ? `[file ${segment.path}]`
        : `[file ${segment.path}:${segment.fromLine}-${segment.toLine ?? segment.fromLine}]`;
    case "artifact_ref":
      return `[artifact ${segment.artifact}]`;
    case "unknown":
      return "";
  }
}
