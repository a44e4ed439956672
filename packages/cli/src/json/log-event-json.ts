/** One line of `pod events`: an event of the shared log. */
import {
  Actor,
  laneOf,
  type LogEventEnvelope,
  ReceivedPodEvent,
  type Lane,
} from "@podlane/protocol";
import { z } from "zod";
import { Instant, instant } from "./instant.ts";

export const LogEventJson = z.strictObject({
  seq: z.int(),
  at: Instant,
  kind: z.string(),
  subject: z.string(),
  actor: Actor,
  /** Of events that carry a PodEvent: the lane that it travels in. */
  lane: z.enum(["control", "agent"]).optional(),
  data: z.unknown(),
});
export type LogEventJson = z.infer<typeof LogEventJson>;

export function logEventJson(event: LogEventEnvelope): LogEventJson {
  const { seq, atMs, kind, subject, actor, data } = event;
  const lane = laneOfLogged(event);
  return { seq, at: instant(atMs), kind, subject, actor, ...(lane && { lane }), data };
}

function laneOfLogged({ kind, data }: LogEventEnvelope): Lane | null {
  if (kind !== "inbox.received") return null;
  const parsed = ReceivedPodEvent.safeParse((data as { event?: unknown }).event);
  return parsed.success ? laneOf(parsed.data) : null;
}
