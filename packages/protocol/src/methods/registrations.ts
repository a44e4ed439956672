/**
 * Registrations: to be there, to be seen, and to see who else is.
 */
import { z } from "zod";
import { RegistrationId } from "../ids.ts";
import { mutation, query } from "../method.ts";
import { Capability, RegisterSession, Registration, RegistrationStatus } from "../registration.ts";
import { pageLimit } from "./page.ts";

const Nothing = z.object({});
const Registrations = z.object({ registrations: z.array(Registration) });

export const registrationMethods = {
  /**
   * What the connection claims and does from now on belongs to the registration. Again on a
   * connection that has one: what is known is updated, the id stays.
   */
  "registration.register": mutation(RegisterSession, z.object({ registration: Registration })),
  /** Those that are there, `dead` and `ended` ones only when asked for. */
  "registration.discover": query(
    z.object({
      capability: Capability.optional(),
      status: RegistrationStatus.optional(),
      limit: pageLimit,
    }),
    Registrations,
  ),
  /**
   * Every 10 s; never on the log. With an id the connection takes up that registration, which it
   * must have the credential of. `not_found` once it is over.
   */
  "registration.heartbeat": query(
    z.object({ registration: RegistrationId.optional() }),
    z.object({ status: RegistrationStatus, nextWithinMs: z.int().min(1) }),
  ),
  /** Ended ones included, newest first. */
  "registration.list": query(z.object({ limit: pageLimit }), Registrations),
  /** Ends the connection's own registration: its claims lapse, its tasks return. */
  "registration.end": mutation(Nothing, Nothing),
  /** Ends what has been silent for longer; never a pod, whose process may live. */
  "registration.cleanup": mutation(
    z.object({
      staleThresholdMinutes: z.int().min(1).max(1_440).default(15),
      dryRun: z.boolean().default(false),
    }),
    z.object({ ended: z.array(RegistrationId) }),
  ),
} as const;
