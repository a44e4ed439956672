/**
 * Approvals: asked once, answered once.
 */
import { z } from "zod";
import { Approval, ApprovalDecision, ApprovalStatus } from "../approval.ts";
import { ApprovalId } from "../ids.ts";
import { JsonObject } from "../json-object.ts";
import { maxApprovalSeconds, maxKeyBytes, maxSummaryBytes } from "../limits.ts";
import { mutation, query } from "../method.ts";
import { pageLimit } from "./page.ts";

const OneApproval = z.object({ approval: Approval });

export const approvalMethods = {
  "approval.request": mutation(
    z.object({
      operation: z.string().min(1).max(maxKeyBytes),
      resource: z.string().max(maxKeyBytes).nullable().default(null),
      context: JsonObject.default({}),
      timeoutSeconds: z.int().min(1).max(maxApprovalSeconds).default(3_600),
      defaultDecision: ApprovalDecision.nullable().default(null),
    }),
    OneApproval,
  ),
  "approval.check": query(z.object({ approval: ApprovalId }), OneApproval),
  /** `conflict` once it is decided or expired; `denied` to who is not among its owners. */
  "approval.decide": mutation(
    z.object({
      approval: ApprovalId,
      decision: ApprovalDecision,
      note: z.string().max(maxSummaryBytes).nullable().default(null),
    }),
    OneApproval,
  ),
  "approval.list": query(
    z.object({ status: ApprovalStatus.default("pending"), limit: pageLimit }),
    z.object({ approvals: z.array(Approval) }),
  ),
} as const;
