/**
 * What another pod is to this one. A token proves which pod calls; whose child it is the registry
 * knows for those beneath, and the log for all.
 */
import { accepted, type Outcome, type PodId } from "@podlane/protocol";
import type { CoordinatorLink } from "./coordinator-link.ts";

export type Kinship = "ancestor" | "descendant" | "stranger";

export interface KinshipOptions {
  readonly pod: PodId;
  /** The parent at this pod's start. */
  readonly parent: PodId | null;
  /** Whether the registry holds it: a child, or what a child has beneath it. */
  readonly isBeneath: (pod: PodId) => boolean;
  readonly coordinator: Pick<CoordinatorLink, "ask">;
}

/** More than any tree can be deep: a longer chain is a damaged one. */
const maxSteps = 64;

/** Refused as the coordinator refuses, `unavailable` too: who it is cannot be known then. */
export async function kinshipOf(caller: PodId, options: KinshipOptions): Promise<Outcome<Kinship>> {
  const { pod, parent, isBeneath, coordinator } = options;
  if (caller === parent) return accepted("ancestor");
  if (isBeneath(caller)) return accepted("descendant");
  // A child may call before its parent has taken it in.
  const isDescendant = await leadsTo(caller, pod, coordinator);
  if (!isDescendant.ok) return isDescendant;
  if (isDescendant.value) return accepted("descendant");
  const isAncestor = await leadsTo(pod, caller, coordinator);
  if (!isAncestor.ok) return isAncestor;
  return accepted(isAncestor.value ? "ancestor" : "stranger");
}

/** Whether `to` is above `from`. */
async function leadsTo(
  from: PodId,
  to: PodId,
  coordinator: Pick<CoordinatorLink, "ask">,
): Promise<Outcome<boolean>> {
  let at: PodId | null = from;
  for (let step = 0; at !== null && step < maxSteps; step += 1) {
    const found: Outcome<{ pod: { parent: PodId | null } }> = await coordinator.ask("pod.get", {
      pod: at,
    });
    if (!found.ok && found.error.code === "not_found") return accepted(false);
    if (!found.ok) return found;
    at = found.value.pod.parent;
    if (at === to) return accepted(true);
  }
  return accepted(false);
}
