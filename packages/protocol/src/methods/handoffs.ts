/**
 * Handoffs: written once, read by whoever comes next.
 */
import { z } from "zod";
import { Handoff, WriteHandoff } from "../handoff.ts";
import { maxNameBytes } from "../limits.ts";
import { mutation, query } from "../method.ts";
import { pageLimit } from "./page.ts";

export const handoffMethods = {
  "handoff.write": mutation(WriteHandoff, z.object({ handoff: Handoff })),
  /** Newest first. */
  "handoff.read": query(
    z.object({ agentName: z.string().max(maxNameBytes).optional(), limit: pageLimit }),
    z.object({ handoffs: z.array(Handoff) }),
  ),
} as const;
