/**
 * Who may call what. The actor was proven by the connection's credential; ids in params are only
 * compared with it. Reading is open to every role: what crosses here is coordination, not content.
 */
import { accepted, refused } from "@podlane/protocol";
import type { Outcome } from "@podlane/protocol";
import type { Command } from "./command.ts";
import type { Actor } from "./event.ts";
import { isAncestor } from "./pods/tree.ts";
import type { WorkspaceState } from "./state.ts";

/** Params by which a call says for whom it speaks; validated at the server's edge. */
interface Named {
  readonly pod?: string;
  readonly parent?: string | null;
  readonly event?: { readonly podId?: string };
}

/** Reports about itself that a pod makes. */
const ownReports: ReadonlySet<string> = new Set([
  "pod.turn_request",
  "pod.turn_yield",
  "pod.turn_end",
  "pod.transition",
  "pod.settled",
  "pod.touched",
  "pod.denied",
]);

/** Refuses `unauthorized`, saying what the role may do instead. */
export function authorize(state: WorkspaceState, command: Command): Outcome<null> {
  const { actor, method } = command;
  const params = (command.params ?? {}) as Named;
  if (mayCall(state, { actor, method, params })) return accepted(null);
  return refused(
    "unauthorized",
    `${actor.role} ${actor.id} may not call ${method}: ${allowanceOf(actor)}`,
  );
}

interface Request {
  readonly actor: Actor;
  readonly method: string;
  readonly params: Named;
}

/** Settings of the workspace. */
const operatorOnly: ReadonlySet<string> = new Set(["claim.set_capacity"]);

function mayCall(state: WorkspaceState, { actor, method, params }: Request): boolean {
  if (operatorOnly.has(method)) return actor.role === "operator" || actor.role === "system";
  switch (actor.role) {
    case "operator":
    case "system":
      return true;
    case "viewer":
      return false;
    case "client":
      if (method === "claim.transfer") return false;
      return isCoordination(method);
    case "host":
      // The last words of a dead top-level pod reach the operator's inbox through its host.
      return method.startsWith("host.") || method === "inbox.pod_event";
    case "pod":
    case "agent":
      return mayPodCall(state, { actor, method, params });
    default:
      return actor.role satisfies never;
  }
}

function mayPodCall(state: WorkspaceState, { actor, method, params }: Request): boolean {
  if (method === "registration.cleanup") return false;
  if (isCoordination(method)) return true;
  if (ownReports.has(method)) return params.pod === actor.id;
  if (method === "pod.spawn") return params.parent === actor.id;
  // What a plan of an agent may hold, its decider says.
  if (method === "run.submit") return true;
  if (method === "inbox.pod_event") return params.event?.podId === actor.id;
  if (method === "pod.stop" || method === "pod.kill" || method === "pod.restart") {
    return params.pod !== undefined && isAncestor(state, actor.id, params.pod);
  }
  return false;
}

/** What any agent may call; who it speaks for is in the actor, never in the params. */
function isCoordination(method: string): boolean {
  return /^(claim|task|registration)\./.test(method);
}

function allowanceOf(actor: Actor): string {
  switch (actor.role) {
    case "pod":
    case "agent":
      return "a pod reports for itself, claims, works, plans, spawns and rules its descendants";
    case "host":
      return "a host only reports on what it runs";
    case "client":
      return "an outside agent claims, works and reads";
    case "viewer":
      return "a viewer only reads";
    case "operator":
    case "system":
      return "it may call everything";
    default:
      return actor.role satisfies never;
  }
}
