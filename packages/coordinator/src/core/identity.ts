/**
 * Ids made of positions on the log: unique without a clock or randomness.
 */
import type { ClaimId, MergeId, PodId, RegistrationId, TaskId } from "@podlane/protocol";

/** The largest prime below 36⁸: multiplication modulo it visits every value once. */
const modulus = 2_821_109_907_437n;
/** Any large multiplier spreads neighbours; this one is the golden ratio of the modulus. */
const multiplier = 1_743_541_806_919n;

/** The id of the pod whose `pod.spawned` has this seq; scattered, so that short prefixes differ. */
export function podIdAt(seq: number): PodId {
  const mixed = (BigInt(seq) * multiplier) % modulus;
  return `p${mixed.toString(36).padStart(8, "0")}` as PodId;
}

/** Whether a text may be the id of a pod or registration: nobody else may be called so. */
export function isGivenId(text: string): boolean {
  return /^(p[0-9a-z]{8}|s[0-9]+)$/.test(text);
}

/** The id of the claim whose first event has this seq. */
export function claimIdAt(seq: number): ClaimId {
  return `c${seq}` as ClaimId;
}

/** The id of the task whose `task.submitted` has this seq. */
export function taskIdAt(seq: number): TaskId {
  return `t${seq}` as TaskId;
}

/** The id of the outside agent's registration whose first event has this seq. */
export function registrationIdAt(seq: number): RegistrationId {
  return `s${seq}` as RegistrationId;
}

/** The id of the merge whose `merge.enqueued` has this seq. */
export function mergeIdAt(seq: number): MergeId {
  return `m${seq}` as MergeId;
}
