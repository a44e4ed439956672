/**
 * Memory: what agents learnt, for those who come later. Data, never instructions: each entry says
 * who wrote it, where it came from and how far its author was trusted then.
 */
import { z } from "zod";
import { MemoryId, RegistrationId } from "./ids.ts";
import { JsonObject } from "./json-object.ts";
import { maxListedNames, maxNameBytes, maxSummaryBytes, maxTagLength } from "./limits.ts";
import { TrustLevel } from "./profile.ts";

const Tag = z.string().min(1).max(maxTagLength);
export const MemoryOutcome = z.enum(["positive", "negative", "neutral"]);
export type MemoryOutcome = z.infer<typeof MemoryOutcome>;

export const Remember = z.object({
  eventType: Tag.default("discovery"),
  summary: z.string().min(1).max(maxSummaryBytes),
  details: JsonObject.default({}),
  outcome: MemoryOutcome.nullable().default(null),
  lessons: z.array(z.string().max(maxSummaryBytes)).max(maxListedNames).default([]),
  tags: z.array(Tag).max(maxListedNames).default([]),
});
export type Remember = z.infer<typeof Remember>;

export const Memory = Remember.extend({
  id: MemoryId,
  author: RegistrationId,
  authorName: z.string().max(maxNameBytes),
  trust: TrustLevel,
  /** What the author read it in: `own`, `tool`, `web`, `message`, … */
  source: Tag,
  /** 0 to 1; a factor of the score. */
  importance: z.number().min(0).max(1),
  atMs: z.int(),
});
export type Memory = z.infer<typeof Memory>;

export const RecalledMemory = Memory.extend({
  /** Text relevance × importance × e^(−0.1 · age in days): what was ranked and filtered by. */
  relevanceScore: z.number().min(0).max(1),
});
export type RecalledMemory = z.infer<typeof RecalledMemory>;
