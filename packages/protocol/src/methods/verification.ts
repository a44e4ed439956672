/**
 * The verification gateway.
 */
import { z } from "zod";
import { mutation, query } from "../method.ts";
import { ChangeId, ReportVerification, Verification } from "../verification.ts";

export const verificationMethods = {
  /** A later report of the same tier stands beside the earlier one; the newest counts. */
  "verification.report": mutation(ReportVerification, z.object({ verification: Verification })),
  "verification.get": query(
    z.object({ changeId: ChangeId }),
    z.object({ verifications: z.array(Verification) }),
  ),
} as const;
