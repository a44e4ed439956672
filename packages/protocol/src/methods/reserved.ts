/**
 * Methods that this revision of the protocol defines and no server of this version answers yet: a
 * call is refused `unsupported`, as any method is that a server does not know. A resource that gets
 * its engine moves to `coordinator.ts`; `features` in the welcome says what a server has.
 */
import { activityMethods } from "./activity.ts";
import { approvalMethods } from "./approvals.ts";
import { auditMethods } from "./audit.ts";
import { featureMethods } from "./features.ts";
import { guardrailMethods } from "./guardrails.ts";
import { handoffMethods } from "./handoffs.ts";
import { reservedHostMethods } from "./host.ts";
import { keyMethods } from "./keys.ts";
import { memoryMethods } from "./memory.ts";
import { reservedMergeMethods } from "./merges.ts";
import { reservedPodMethods } from "./pods.ts";
import { policyMethods } from "./policies.ts";
import { portMethods } from "./ports.ts";
import { profileMethods } from "./profiles.ts";
import { reservedRunMethods } from "./runs.ts";
import { reservedScopeMethods } from "./scopes.ts";
import { verificationMethods } from "./verification.ts";

/** By resource; those that `servedResources` names too are served in part. */
export const reservedResources = {
  runs: reservedRunMethods,
  pods: reservedPodMethods,
  scopes: reservedScopeMethods,
  merges: reservedMergeMethods,
  hosts: reservedHostMethods,
  ports: portMethods,
  keys: keyMethods,
  handoffs: handoffMethods,
  memory: memoryMethods,
  features: featureMethods,
  approvals: approvalMethods,
  guardrails: guardrailMethods,
  profiles: profileMethods,
  policies: policyMethods,
  verification: verificationMethods,
  audit: auditMethods,
  activity: activityMethods,
} as const;

export const reservedMethods = {
  ...reservedRunMethods,
  ...reservedPodMethods,
  ...reservedScopeMethods,
  ...reservedMergeMethods,
  ...reservedHostMethods,
  ...portMethods,
  ...keyMethods,
  ...handoffMethods,
  ...memoryMethods,
  ...featureMethods,
  ...approvalMethods,
  ...guardrailMethods,
  ...profileMethods,
  ...policyMethods,
  ...verificationMethods,
  ...auditMethods,
  ...activityMethods,
} as const;
export type ReservedMethods = typeof reservedMethods;
