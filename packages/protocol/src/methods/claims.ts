/**
 * Claims on work units, and the push that tells a waiter of its grant.
 */
import { z } from "zod";
import { AcquireClaim, ClaimEnd, ClaimView, UnitCapacity } from "../claim.ts";
import { ClaimId, PodId } from "../ids.ts";
import { maxPageEntries } from "../limits.ts";
import { mutation, query } from "../method.ts";
import { PastClaim, UnitOverlap, UnitTouch } from "../unit-report.ts";
import { taskPushMethods } from "./tasks.ts";

const Nothing = z.object({});

export const claimMethods = {
  "claim.acquire": mutation(AcquireClaim, z.object({ claim: ClaimView }), {
    hot: ["units", "mode", "ttlMs", "wait", "priority", "reason", "until"],
  }),
  "claim.release": mutation(
    z.object({ claim: ClaimId, fence: z.int().optional() }),
    z.object({ released: z.boolean() }),
    { hot: ["claim", "fence"] },
  ),
  /** Extends every grant of the caller; `renewed` names them, so what it leaves out is lost. */
  "claim.renew": mutation(Nothing, z.object({ renewed: z.array(ClaimId) })),
  "claim.transfer": mutation(
    z.object({ claim: ClaimId, to: PodId }),
    z.object({ claim: ClaimView }),
  ),
  /** For `proc:` units, by the operator; whoever holds one when it is lowered keeps it. */
  "claim.set_capacity": mutation(UnitCapacity, UnitCapacity),
  "claim.list": query(
    z.object({ units: z.array(z.string()).max(256).optional() }),
    z.object({ claims: z.array(ClaimView), capacities: z.array(UnitCapacity) }),
  ),
  /**
   * What became of the claims on a unit and all that overlaps it, and who touched it; the newest of
   * each, oldest first.
   */
  "claim.history": query(
    z.object({ unit: z.string(), limit: z.int().min(1).max(maxPageEntries).default(100) }),
    z.object({ unit: z.string(), claims: z.array(PastClaim), touches: z.array(UnitTouch) }),
  ),
  /** Which living pods and agents overlap on which keys. */
  "claim.overlaps": query(
    z.object({ limit: z.int().min(1).max(maxPageEntries).default(maxPageEntries) }),
    z.object({ overlaps: z.array(UnitOverlap), truncated: z.boolean() }),
  ),
  "claim.why": query(z.object({ claim: ClaimId }), z.object({ lines: z.array(z.string()) })),
} as const;

/** What the coordinator asks of a pod or agent over its own connection. */
export const coordinatorPushMethods = {
  /** Its response is the acceptance; a grant that is not accepted in time lapses. */
  "claim.granted": query(z.object({ claim: ClaimView }), Nothing, { deadlineMs: 5_000 }),
  ...taskPushMethods,
  /** A claim is over without its holder having asked: what it protected is not safe any more. */
  "claim.lost": query(z.object({ claim: ClaimId, how: ClaimEnd }), Nothing, { deadlineMs: 5_000 }),
} as const;
