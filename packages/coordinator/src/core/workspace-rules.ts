/**
 * The rules of a workspace, composed: one decider a mutation, one query a read, and the
 * consequences that follow from any event.
 */
import type { Outcome } from "@podlane/protocol";
import { auditOf } from "./audit.ts";
import { authorize } from "./authority.ts";
import { capacityDeciders } from "./claims/capacity.ts";
import { claimDeciders, decideAccept } from "./claims/decide.ts";
import { dueClaims } from "./claims/expiry.ts";
import { claimTellers } from "./claims/tell.ts";
import { readyGrants } from "./claims/grants.ts";
import type { Command, DecideContext } from "./command.ts";
import type { Call, Deciders, MethodName, WorkspaceDecision } from "./decider.ts";
import { refuse, refuseWith } from "./decider.ts";
import type { LogEvent, NewEvent } from "./event.ts";
import { hostDeciders } from "./hosts.ts";
import { inboxDeciders, inboxQueries } from "./inbox.ts";
import { mergeStarts } from "./merges/advance.ts";
import { mergeDeciders } from "./merges/decide.ts";
import { podStarts, unstartedExits } from "./pods/advance.ts";
import { exitDeciders } from "./pods/exit.ts";
import { hostReportDeciders, podReportDeciders } from "./pods/reports.ts";
import { spawnDeciders } from "./pods/spawn.ts";
import { stopDeciders } from "./pods/stop.ts";
import type { Queries } from "./query.ts";
import type { Rules } from "./rules.ts";
import { tickMethod } from "./rules.ts";
import { finishedPods, runEndings, taskEndings, taskMerges, taskSpawns } from "./runs/advance.ts";
import { runDeciders } from "./runs/decide.ts";
import { scopeQueries } from "./scopes.ts";
import { decideAttach } from "./sessions/attachment.ts";
import { decideVerdict, sessionDeciders } from "./sessions/decide.ts";
import type { LifecycleMark, WorkspaceState } from "./state.ts";
import { initialState } from "./state.ts";
import { taskDeciders } from "./tasks/decide.ts";
import { dueTasks } from "./tasks/due.ts";
import { admissions } from "./turns/admission.ts";
import { turnDeciders } from "./turns/decide.ts";
import { eventVersions } from "./versions.ts";
import { evolveWorkspace } from "./workspace-fold.ts";
import { claimQueries } from "./views/claim-view.ts";
import { mergeQueries } from "./views/merge-view.ts";
import { overlapQueries } from "./views/overlap-view.ts";
import { podQueries } from "./views/pod-view.ts";
import { registrationQueries } from "./views/registration-view.ts";
import { runQueries } from "./views/run-view.ts";
import { taskQueries } from "./views/task-view.ts";
import { whyQueries } from "./why.ts";

/** Reads that the core answers; those of the log, the server and heartbeats are the shell's. */
export type QueryName =
  | "run.get"
  | "run.list"
  | "pod.get"
  | "pod.list"
  | "pod.wait"
  | "scope.get"
  | "scope.check"
  | "claim.list"
  | "claim.overlaps"
  | "claim.why"
  | "pod.why"
  | "merge.list"
  | "merge.wait"
  | "task.get"
  | "task.list"
  | "registration.discover"
  | "registration.list"
  | "inbox.read";

type ShellMethod = Extract<
  MethodName,
  `log.${string}` | `server.${string}` | "claim.history" | "registration.heartbeat"
>;
export type MutationName = Exclude<MethodName, QueryName | ShellMethod>;

/** The methods that shell and clock call, and no client can. */
export const acceptMethod = "claim.accept";
export const verdictMethod = "registration.verdict";
export const attachMethod = "replica.attach";

export const deciders: Deciders<MutationName> = {
  ...runDeciders,
  ...spawnDeciders,
  ...stopDeciders,
  ...podReportDeciders,
  ...turnDeciders,
  ...claimDeciders,
  ...capacityDeciders,
  ...mergeDeciders,
  ...taskDeciders,
  ...sessionDeciders,
  ...inboxDeciders,
  ...hostDeciders,
  ...hostReportDeciders,
  ...exitDeciders,
};

export const queries: Queries<QueryName> = {
  ...runQueries,
  ...podQueries,
  ...scopeQueries,
  ...claimQueries,
  ...overlapQueries,
  ...whyQueries,
  ...mergeQueries,
  ...taskQueries,
  ...registrationQueries,
  ...inboxQueries,
};

/** The tables by name; every entry takes params that were validated at the server's edge. */
type AnyDecider = (state: WorkspaceState, params: unknown, call: Call) => WorkspaceDecision;
type AnyQuery = (
  state: WorkspaceState,
  params: unknown,
  context: { readonly nowMs: number },
) => Outcome<unknown>;
type AnyTeller = (state: WorkspaceState, data: unknown, event: LogEvent) => unknown;

const deciderByName = new Map(Object.entries(deciders)) as ReadonlyMap<string, unknown>;
const tellerByKind = new Map(Object.entries(claimTellers)) as ReadonlyMap<string, unknown>;
const queryByName = new Map(Object.entries(queries)) as ReadonlyMap<string, unknown>;

export const workspaceRules: Rules<WorkspaceState> = {
  initial: initialState,
  decide: (state, command, context) => {
    const decision = decideAny(state, command, context);
    if (decision.ok) return decision;
    return { ...decision, events: auditOf(state, command, decision.error) };
  },
  advance,
  read: (state, command, context) => {
    const query = queryByName.get(command.method) as AnyQuery | undefined;
    if (query === undefined) throw new Error(`${command.method} is not a query of the core`);
    return query(state, command.params, context);
  },
  tell: (state, event) => {
    const teller = tellerByKind.get(event.kind) as AnyTeller | undefined;
    if (teller === undefined) throw new Error(`event ${event.seq}, ${event.kind}, tells no answer`);
    return teller(state, eventVersions.lift(event), event);
  },
  isQuery: (method) => queryByName.has(method),
  evolve: evolveWorkspace,
};

function decideAny(
  state: WorkspaceState,
  command: Command,
  context: DecideContext,
): WorkspaceDecision {
  if (command.actor.role === "system") return decideInternal(state, command, context);
  const decider = deciderByName.get(command.method) as AnyDecider | undefined;
  if (decider === undefined) return refuse("unsupported", `${command.method} is not a command`);
  const authorized = authorize(state, command);
  if (!authorized.ok) return refuseWith(authorized.error);
  return decider(state, command.params, { ...context, actor: command.actor });
}

function decideInternal(
  state: WorkspaceState,
  { method, params, actor }: Command,
  context: DecideContext,
): WorkspaceDecision {
  if (method === tickMethod) {
    const { nowMs } = context;
    const events = [...dueClaims(state, nowMs), ...dueTasks(state, nowMs)];
    return { ok: true, events, answer: () => ({}) };
  }
  if (method === acceptMethod) {
    return decideAccept(state, params as Parameters<typeof decideAccept>[1], context);
  }
  if (method === verdictMethod) {
    return decideVerdict(state, params as Parameters<typeof decideVerdict>[1], context.nextSeq);
  }
  if (method === attachMethod) {
    return decideAttach(state, params as Parameters<typeof decideAttach>[1]);
  }
  const decider = deciderByName.get(method) as AnyDecider | undefined;
  if (decider === undefined) return refuse("unsupported", `${method} is not a command`);
  return decider(state, params, { ...context, actor });
}

/**
 * A memo of the states whose lifecycle needs nothing more. The mark is a new object for every
 * change that matters, and a rollback brings the old one back, so an entry can never be wrong.
 */
const atRest = new WeakSet<LifecycleMark>();

type Step = (state: WorkspaceState, nextSeq: number) => readonly NewEvent[];

/** In this order: what has ended, what follows, what may begin. The first with events is taken. */
const steps: readonly Step[] = [
  unstartedExits,
  podStarts,
  taskEndings,
  taskMerges,
  taskSpawns,
  mergeStarts,
  finishedPods,
  runEndings,
  admissions,
];

function advance(state: WorkspaceState, { nowMs, nextSeq }: DecideContext): readonly NewEvent[] {
  const grants = readyGrants(state, nowMs);
  if (grants.length > 0 || atRest.has(state.mark)) return grants;
  for (const step of steps) {
    const events = step(state, nextSeq);
    if (events.length > 0) return events;
  }
  atRest.add(state.mark);
  return grants;
}
