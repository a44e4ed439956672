/**
 * Log events about registrations. Subject: `registration:<id>`; the id of a pod's registration is
 * the pod's, that of an agent from outside `s<seq of its first event>`. Heartbeats are not here,
 * only who hears them: `replica:<id>` is the subject of that.
 */
import { z } from "zod";
import { RegistrationId, ReplicaId } from "../ids.ts";
import { maxPageEntries } from "../limits.ts";
import { RegisterSession } from "../registration.ts";

export const registrationLogEvents = {
  /** Also an update of what is known; `owner` is the credential it was made with. */
  "registration.registered": z.object({ session: RegisterSession, owner: z.string() }),
  /** Silent for three heartbeat intervals. */
  "registration.suspected": z.object({}),
  /** Heard again. */
  "registration.recovered": z.object({}),
  /** Silent for too long, or ended by itself: its claims lapse and its tasks return. */
  "registration.ended": z.object({ how: z.enum(["dead", "ended"]) }),
  /** From now on this coordinator hears them, and judges their silence; one event for many. */
  "replica.attached": z.object({
    replica: ReplicaId,
    registrations: z.array(RegistrationId).min(1).max(maxPageEntries),
  }),
} as const;
