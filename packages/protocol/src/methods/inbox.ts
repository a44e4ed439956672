/**
 * The operator's inbox: PodEvents of pods that have no parent, or none any more.
 */
import { z } from "zod";
import { mutation, query } from "../method.ts";
import { ReceivedPodEvent } from "../pod-event.ts";

const Nothing = z.object({});

export const inboxMethods = {
  "inbox.pod_event": mutation(z.object({ event: ReceivedPodEvent }), z.object({ seq: z.int() })),
  "inbox.read": query(
    z.object({ fromSeq: z.int().min(0).default(0), limit: z.int().min(1).max(1_000).default(100) }),
    z.object({
      entries: z.array(z.object({ seq: z.int(), at: z.int(), event: ReceivedPodEvent })),
    }),
  ),
  "inbox.ack": mutation(z.object({ upToSeq: z.int() }), Nothing),
} as const;
