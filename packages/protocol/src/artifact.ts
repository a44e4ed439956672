/**
 * Handles of content-addressed data: diffs, logs, outputs, documents.
 */
import { z } from "zod";
import { ArtifactId } from "./ids.ts";

export const Artifact = z.object({
  id: ArtifactId,
  kind: z.enum(["diff", "log", "output", "file"]),
  bytes: z.int().min(0),
  mediaType: z.string().max(128),
  /** What a person would call it: a path, a command line. */
  label: z.string().max(512).optional(),
});
export type Artifact = z.infer<typeof Artifact>;
