/**
 * What each caller of a pod's socket may call: people all of it, those above the pod what manages
 * it, those beneath it their events, its agent what an agent needs, and a stranger nothing.
 */
import {
  type Outcome,
  podMethods,
  type PodId,
  type PodMethods,
  refused,
  type Role,
} from "@podlane/protocol";
import type { Kinship } from "./kinship.ts";

export type PodMethod = keyof PodMethods;
export type Caller = Exclude<Role, "pod"> | Kinship;

/** What the agent's own credential may call; all else would let a model act as its operator. */
const ofAgents: ReadonlySet<PodMethod> = new Set<PodMethod>([
  "tool_call",
  "spawn",
  "get_status",
  "get_history",
  "list_children",
  "read_output",
]);
/** A host ends what it runs, and says for the dead what they could not. */
const ofHosts: ReadonlySet<PodMethod> = new Set<PodMethod>(["pod_event", "shutdown", "get_status"]);
/** Events come from beneath, and tools are called from inside. */
const notOfAncestors: ReadonlySet<PodMethod> = new Set<PodMethod>(["pod_event", "tool_call"]);

/** Refuses `unauthorized`, saying who asked; null: it may. */
export function refusalFor(method: PodMethod, caller: Caller): Outcome<never> | null {
  if (mayCall(method, caller)) return null;
  return refused("unauthorized", `${describe(caller)} may not call ${method} on this pod`);
}

/** A pod speaks for itself alone: an id in a payload proves nothing. */
export function refusalForSender(params: unknown, caller: PodId): Outcome<never> | null {
  const { event } = params as { readonly event: { readonly podId: PodId } };
  if (event.podId === caller) return null;
  return refused("unauthorized", `pod ${caller} may not tell of events as pod ${event.podId}`);
}

function mayCall(method: PodMethod, caller: Caller): boolean {
  switch (caller) {
    case "operator":
      return true;
    case "ancestor":
      return !notOfAncestors.has(method);
    case "descendant":
      return method === "pod_event";
    case "host":
      return ofHosts.has(method);
    case "agent":
      return ofAgents.has(method);
    case "viewer":
      return !podMethods[method].mutation;
    case "client":
    case "stranger":
      return false;
    default:
      return caller satisfies never;
  }
}

function describe(caller: Caller): string {
  switch (caller) {
    case "ancestor":
      return "a pod above";
    case "descendant":
      return "a pod beneath";
    case "stranger":
      return "a pod that is neither above nor beneath";
    case "client":
      return "an outside agent";
    case "agent":
      return "an agent";
    case "host":
    case "operator":
    case "viewer":
      return `the role ${caller}`;
    default:
      return caller satisfies never;
  }
}
