/**
 * Branded identifiers and names, so that one kind cannot be passed where another is meant.
 */
import { z } from "zod";
import { maxNameBytes } from "./limits.ts";

export const PodId = z
  .string()
  .regex(/^p[a-z0-9]{8,24}$/)
  .brand<"PodId">();
export type PodId = z.infer<typeof PodId>;

export const RunId = z
  .string()
  .regex(/^r[a-z0-9]{8,64}$/)
  .brand<"RunId">();
export type RunId = z.infer<typeof RunId>;

export const ClaimId = z
  .string()
  .regex(/^c[0-9]{1,16}$/)
  .brand<"ClaimId">();
export type ClaimId = z.infer<typeof ClaimId>;

export const MergeId = z
  .string()
  .regex(/^m[0-9]{1,16}$/)
  .brand<"MergeId">();
export type MergeId = z.infer<typeof MergeId>;

/** Ids that the log gives: a letter and the seq of the event that made the thing. */
export const TaskId = z
  .string()
  .regex(/^t[0-9]{1,16}$/)
  .brand<"TaskId">();
export type TaskId = z.infer<typeof TaskId>;

export const HandoffId = z
  .string()
  .regex(/^h[0-9]{1,16}$/)
  .brand<"HandoffId">();
export type HandoffId = z.infer<typeof HandoffId>;

export const MemoryId = z
  .string()
  .regex(/^n[0-9]{1,16}$/)
  .brand<"MemoryId">();
export type MemoryId = z.infer<typeof MemoryId>;

export const ApprovalId = z
  .string()
  .regex(/^a[0-9]{1,16}$/)
  .brand<"ApprovalId">();
export type ApprovalId = z.infer<typeof ApprovalId>;

export const VerificationId = z
  .string()
  .regex(/^v[0-9]{1,16}$/)
  .brand<"VerificationId">();
export type VerificationId = z.infer<typeof VerificationId>;

export const PortLeaseId = z
  .string()
  .regex(/^l[0-9]{1,16}$/)
  .brand<"PortLeaseId">();
export type PortLeaseId = z.infer<typeof PortLeaseId>;

export const AccessKeyId = z
  .string()
  .regex(/^k[0-9]{1,16}$/)
  .brand<"AccessKeyId">();
export type AccessKeyId = z.infer<typeof AccessKeyId>;

/** Chosen by whoever registers the feature; also the name in the unit `feature:<id>`. */
export const FeatureId = z.string().min(1).max(128).brand<"FeatureId">();
export type FeatureId = z.infer<typeof FeatureId>;

/** A presence that holds claims: a pod across its generations, or an outside agent. */
export const RegistrationId = z.string().min(1).max(64).brand<"RegistrationId">();
export type RegistrationId = z.infer<typeof RegistrationId>;

/** One life of one coordinator on a log that several share. */
export const ReplicaId = z.string().min(1).max(64).brand<"ReplicaId">();
export type ReplicaId = z.infer<typeof ReplicaId>;

export const HostId = z.string().min(1).max(128).brand<"HostId">();
export type HostId = z.infer<typeof HostId>;

/** SHA-256 of the content, as `sha256:<64 hex>`. */
export const ArtifactId = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .brand<"ArtifactId">();
export type ArtifactId = z.infer<typeof ArtifactId>;

/** A full git object name (SHA-1 or SHA-256 repositories). */
export const CommitId = z
  .string()
  .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)
  .brand<"CommitId">();
export type CommitId = z.infer<typeof CommitId>;

/**
 * A name of a pod or task. It becomes a branch segment and a folder, so it is plain ASCII, starts
 * with a letter or digit (never `-`: it must not look like an option) and holds no `..`.
 */
export const Name = z
  .string()
  .max(maxNameBytes)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.|$))*$/, {
    error: "a name is letters, digits, '-', '_' or single '.', and starts with a letter or digit",
  })
  .refine((name) => !name.endsWith(".lock"), { error: "a name may not end in .lock (git)" });
export type Name = z.infer<typeof Name>;

/** One incarnation of a pod; only grows, starting at 1. */
export const Generation = z.int().min(1);
export type Generation = z.infer<typeof Generation>;

/** Identifies one mutation for ever: a repeat gets the first answer. `n` rises for each client. */
export const CommandId = z.object({
  client: z.string().min(1).max(64),
  n: z.int().min(1),
});
export type CommandId = z.infer<typeof CommandId>;
