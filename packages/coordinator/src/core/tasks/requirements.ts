/**
 * What a task asks of whoever claims it, against what the claiming registration said it is.
 */
import type { AgentRequirements } from "@podlane/protocol";

/** What a registration has said, or a pod is. */
export interface Worker {
  readonly agentType: string;
  readonly capabilities: readonly string[];
}

/** Null if met; else what is missing, in words. */
export function unmetRequirement(
  { agentTypes, capabilities }: AgentRequirements,
  worker: Worker,
): string | null {
  if (agentTypes.length > 0 && !agentTypes.includes(worker.agentType)) {
    const found = worker.agentType === "" ? "no agent type is registered" : worker.agentType;
    return `agent type ${agentTypes.join(" or ")}; the caller is ${found}`;
  }
  const missing = capabilities.filter((one) => !worker.capabilities.includes(one));
  return missing.length === 0 ? null : `capability ${missing.join(", ")}`;
}
