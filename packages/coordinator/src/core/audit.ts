/**
 * Denials on the log: an attempt to do what one may not is itself worth keeping. Every other
 * refusal appends nothing.
 */
import { isDenial, type Refusal } from "@podlane/protocol";
import type { Command } from "./command.ts";
import type { Actor, NewEvent } from "./event.ts";
import { fact } from "./fact.ts";
import type { Evolvers } from "./fact.ts";

/** The events that a refusal leaves behind: one `request.denied`, or none. */
export function auditOf(command: Command, { code, message }: Refusal): readonly NewEvent[] {
  if (!isDenial(code)) return [];
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

export const auditEvolvers: Evolvers<"request.denied"> = {
  "request.denied": () => {},
};
