/**
 * Denials on the log: an attempt to do what one may not is itself worth keeping, once: whoever lost
 * the answer and asks again under the same command id has tried once. Every other refusal appends
 * nothing.
 */
import { isDenial, type Refusal } from "@podlane/protocol";
import type { CommandId } from "@podlane/protocol";
import type { Command } from "./command.ts";
import type { Actor, NewEvent } from "./event.ts";
import { fact } from "./fact.ts";
import type { Evolvers } from "./fact.ts";
import { maxRecentDenials } from "./limits.ts";
import type { WorkspaceState } from "./state.ts";

export interface AuditSlice {
  /** What was denied under which command id, of the last `maxRecentDenials`; oldest first. */
  readonly recent: string[];
  readonly known: Set<string>;
}

export function emptyAudit(): AuditSlice {
  return { recent: [], known: new Set() };
}

/** The events that a refusal leaves behind: one `request.denied`, or none. */
export function auditOf(
  { audit }: Pick<WorkspaceState, "audit">,
  command: Command,
  { code, message }: Refusal,
): readonly NewEvent[] {
  if (!isDenial(code)) return [];
  const { method, actor, commandId } = command;
  const denial = { method, code, message, actor, commandId };
  if (commandId !== undefined && audit.known.has(nameOf(denial))) return [];
  return [
    fact("request.denied", subjectOfActor(command.actor), {
      method: command.method,
      code,
      message,
    }),
  ];
}

function subjectOfActor({ role, id }: Actor): string {
  return role === "pod" || role === "agent" ? `pod:${id}` : `actor:${role}:${id}`;
}

interface Denial {
  readonly method: string;
  readonly code: string;
  readonly message: string;
  readonly actor: Actor;
  readonly commandId?: CommandId | undefined;
}

/** All of it: who reuses an id for another attempt has tried twice. */
function nameOf({ method, code, message, actor, commandId }: Denial): string {
  const who = [actor.role, actor.id, commandId?.client, commandId?.n];
  return JSON.stringify([...who, method, code, message]);
}

export const auditEvolvers: Evolvers<"request.denied"> = {
  "request.denied": ({ audit }, denied, { event, undo }) => {
    if (event.commandId === undefined) return;
    const name = nameOf({ ...denied, actor: event.actor, commandId: event.commandId });
    if (audit.known.has(name)) return;
    undo.add(audit.known, name);
    undo.insert(audit.recent, audit.recent.length, name);
    const [oldest] = audit.recent;
    if (oldest === undefined || audit.recent.length <= maxRecentDenials) return;
    undo.removeAt(audit.recent, 0);
    undo.drop(audit.known, oldest);
  },
};
