/**
 * Handoffs: what one agent leaves for the next, as a structured document.
 */
import { z } from "zod";
import { HandoffId, RegistrationId } from "./ids.ts";
import { maxKeyBytes, maxListedNames, maxNameBytes, maxSummaryBytes } from "./limits.ts";

const points = z.array(z.string().max(maxSummaryBytes)).max(maxListedNames).default([]);

export const WriteHandoff = z.object({
  summary: z.string().min(1).max(maxSummaryBytes),
  completedWork: points,
  inProgress: points,
  decisions: points,
  nextSteps: points,
  /** Workspace-relative paths. */
  relevantFiles: z.array(z.string().max(maxKeyBytes)).max(maxListedNames).default([]),
});
export type WriteHandoff = z.infer<typeof WriteHandoff>;

export const Handoff = WriteHandoff.extend({
  id: HandoffId,
  author: RegistrationId,
  agentName: z.string().max(maxNameBytes),
  atMs: z.int(),
});
export type Handoff = z.infer<typeof Handoff>;
