/**
 * Approvals: a question that an agent's operation waits for. Durable; the first answer wins, and
 * running out of time is an outcome of its own, not a denial.
 */
import { z } from "zod";
import { ApprovalId, RegistrationId } from "./ids.ts";
import { JsonObject } from "./json-object.ts";
import { maxKeyBytes, maxListedNames, maxNameBytes, maxSummaryBytes } from "./limits.ts";

export const ApprovalStatus = z.enum(["pending", "approved", "denied", "expired"]);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

export const ApprovalDecision = z.enum(["approved", "denied"]);
export type ApprovalDecision = z.infer<typeof ApprovalDecision>;

export const Approval = z.object({
  id: ApprovalId,
  operation: z.string().max(maxKeyBytes),
  resource: z.string().max(maxKeyBytes).nullable(),
  context: JsonObject,
  status: ApprovalStatus,
  requestedBy: RegistrationId,
  requestedByName: z.string().max(maxNameBytes),
  /** Who may answer, nearest first: ancestors that hold the right, then `operator`. */
  owners: z.array(z.string().max(maxNameBytes)).max(maxListedNames),
  requestedAtMs: z.int(),
  expiresAtMs: z.int(),
  /** What the requester does when it expires; null: it stays refused. */
  defaultDecision: ApprovalDecision.nullable(),
  decidedBy: z.string().max(maxNameBytes).nullable(),
  decidedAtMs: z.int().nullable(),
  note: z.string().max(maxSummaryBytes).nullable(),
});
export type Approval = z.infer<typeof Approval>;
