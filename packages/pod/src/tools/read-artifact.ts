/**
 * `read_artifact`: what an earlier answer named by handle: a diff, a command's output.
 */
import { ArtifactId } from "@podlane/protocol";
import { z } from "zod";
import { maxTextBytes } from "./limits.ts";
import { done, refusal } from "./result.ts";
import { defineTool, readOnly } from "./tool.ts";

export const readArtifact = defineTool({
  name: "read_artifact",
  description: "Reads an artifact (a diff, a command's output) by its id, from a byte offset on.",
  params: z.object({
    id: ArtifactId,
    offset: z.int().min(0).default(0),
    limit: z.int().min(1).max(maxTextBytes).default(maxTextBytes),
  }),
  annotations: readOnly,
  async run({ id, offset, limit }, call) {
    const page = await call.ports.artifacts.read(id, offset, limit);
    if (!page.ok) return refusal(page.error);
    const { bytes, totalBytes } = page.value;
    const next = offset + bytes.length;
    return done(Buffer.from(bytes).toString(), {
      id,
      next_offset: next < totalBytes ? next : null,
      total_bytes: totalBytes,
    });
  },
});
