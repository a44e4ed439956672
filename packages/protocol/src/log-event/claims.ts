/**
 * Log events about claims. Subject: `claim:<id>`; the id of a claim is `c<seq of its first event>`
 * and its fencing token the seq of the event that granted it.
 */
import { z } from "zod";
import { ClaimEnd, ClaimMode, UnitCapacity } from "../claim.ts";
import { ClaimId, RegistrationId } from "../ids.ts";

const request = {
  holder: RegistrationId,
  units: z.array(z.string()),
  mode: ClaimMode,
  ttlMs: z.int(),
  priority: z.int(),
  reason: z.string(),
  /** It ends with this turn of its holder. */
  turn: z.int().optional(),
};

export const claimLogEvents = {
  /** Granted at once: its fence is this event's seq. */
  "claim.acquired": z.object(request),
  "claim.queued": z.object({ ...request, waitUntilMs: z.int() }),
  /** A waiter's turn: its fence is this event's seq; lapses unless accepted by then. */
  "claim.granted": z.object({ acceptByMs: z.int() }),
  "claim.accepted": z.object({}),
  /** Its holder asked for it again without a turn: it ends with none. */
  "claim.kept": z.object({}),
  "claim.renewed": z.object({ holder: RegistrationId, expiresAtMs: z.int() }),
  /** Units handed to another registration with a lent scope (or back); a new claim of `to`. */
  "claim.transferred": z.object({
    from: ClaimId,
    to: RegistrationId,
    units: z.array(z.string()),
    mode: ClaimMode,
    ttlMs: z.int(),
    priority: z.int(),
    reason: z.string(),
    /** The registration that gets the units back when `to` ends. */
    returnTo: RegistrationId.nullable(),
  }),
  /** Subject `unit:<key>`. */
  "claim.capacity_set": UnitCapacity,
  /** `lost`: whose it was, where that one did not ask for the end and must be told. */
  "claim.ended": z.object({ how: ClaimEnd, lost: RegistrationId.optional() }),
} as const;
