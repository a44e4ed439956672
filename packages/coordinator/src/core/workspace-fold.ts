/**
 * The fold of a workspace, composed: one evolver a kind of event, each given data of today's shape.
 */
import type { LogEventKind } from "@podlane/protocol";
import { auditEvolvers } from "./audit.ts";
import { capacityEvolvers } from "./claims/capacity.ts";
import { claimEvolvers } from "./claims/evolve.ts";
import { hostEvolvers } from "./hosts.ts";
import { inboxEvolvers } from "./inbox.ts";
import { mergeEvolvers } from "./merges/evolve.ts";
import { podEvolvers } from "./pods/evolve.ts";
import { restartEvolvers } from "./pods/restart.ts";
import { runEvolvers } from "./runs/evolve.ts";
import { attachmentEvolvers } from "./sessions/attachment.ts";
import { sessionEvolvers } from "./sessions/evolve.ts";
import { taskEvolvers } from "./tasks/evolve.ts";
import { turnEvolvers } from "./turns/evolve.ts";
import type { LogEvent } from "./event.ts";
import type { Evolvers } from "./fact.ts";
import type { WorkspaceState } from "./state.ts";
import type { Undo } from "./undo.ts";
import type { EventVersions } from "./versions.ts";
import { eventVersions, unknownToUs } from "./versions.ts";

const evolvers: Evolvers<LogEventKind> = {
  ...hostEvolvers,
  ...podEvolvers,
  ...restartEvolvers,
  ...turnEvolvers,
  ...claimEvolvers,
  ...capacityEvolvers,
  ...runEvolvers,
  ...mergeEvolvers,
  ...taskEvolvers,
  ...sessionEvolvers,
  ...attachmentEvolvers,
  ...inboxEvolvers,
  ...auditEvolvers,
};

/**
 * Events that no lifecycle rule looks at: they cost no second look at runs and turns. What ends the
 * last open task of a type says so itself.
 */
const inert: ReadonlySet<string> = new Set<LogEventKind>([
  "claim.acquired",
  "claim.queued",
  "claim.granted",
  "claim.accepted",
  "claim.kept",
  "claim.renewed",
  "claim.transferred",
  "claim.ended",
  "task.submitted",
  "task.claimed",
  "task.renewed",
  "task.returned",
  "task.completed",
  "task.failed",
  "task.dead_lettered",
  "task.cancelled",
  "task.blocked",
  "registration.registered",
  "registration.suspected",
  "registration.recovered",
  "registration.ended",
  "replica.attached",
  "claim.capacity_set",
  "pod.touched",
  "inbox.received",
  "inbox.acknowledged",
  "request.denied",
]);

type AnyEvolver = (
  state: WorkspaceState,
  data: unknown,
  at: { readonly event: LogEvent; readonly undo: Undo },
) => void;

type Evolve = (state: WorkspaceState, event: LogEvent, undo: Undo) => void;

/** Evolves one event; throws "upgrade" for a kind or a version that is not in the tables. */
export function foldWith(table: object, versions: EventVersions): Evolve {
  const evolverByKind = new Map(Object.entries(table)) as ReadonlyMap<string, unknown>;
  return (state, event, undo) => {
    const evolver = evolverByKind.get(event.kind) as AnyEvolver | undefined;
    if (evolver === undefined) throw unknownToUs(event);
    evolver(state, versions.lift(event), { event, undo });
    if (!inert.has(event.kind)) undo.assign(state, "mark", { seq: event.seq });
  };
}

export const evolveWorkspace: Evolve = foldWith(evolvers, eventVersions);
