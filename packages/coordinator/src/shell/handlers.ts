/**
 * From a method call to the replica: reads and commands go to the core as they are, long polls
 * wait on its state, `log.*` and `server.*` are answered here.
 */
import {
  accepted,
  type Call,
  type CoordinatorMethods,
  type Handlers,
  type HostId,
  type MergeView,
  type Outcome,
  type ParsedParamsOf,
  type PodRecord,
  refused,
  type ResultOf,
} from "@podlane/protocol";
import type { WorkspaceState } from "../core/state.ts";
import { isSettledMerge } from "../core/merges/merges-slice.ts";
import { hasReached } from "../core/views/pod-view.ts";
import { workspaceRules } from "../core/workspace-rules.ts";
import type { SubjectIndex } from "../log/subject-index.ts";
import { type AskedMethods, servedMethods, type ServedMethods } from "./methods.ts";
import { readKeyHistory } from "./key-history.ts";
import type { LogWatches } from "./log-watch.ts";
import type { Replica } from "./replica.ts";
import { sessionHandlers } from "./session-handlers.ts";
import type { Sessions } from "./sessions.ts";
import type { Silence } from "./silence.ts";
import type { StateWaits } from "./state-waits.ts";
import { taskHandlers } from "./task-handlers.ts";

export type WorkspaceReplica = Replica<WorkspaceState>;
type CoordinatorCall = Call<AskedMethods>;
type ServerMethod = Extract<keyof CoordinatorMethods, `server.${string}`>;

export interface HandlerOptions {
  readonly replica: WorkspaceReplica;
  readonly waits: StateWaits<WorkspaceState>;
  readonly sessions: Sessions;
  readonly silence: Silence;
  readonly watches: LogWatches;
  readonly subjects: SubjectIndex;
  readonly verify: () => Promise<ResultOf<CoordinatorMethods, "log.verify">>;
  readonly status: () => ResultOf<CoordinatorMethods, "server.status">;
  readonly stop: () => void;
  /** The host beside this replica, once it is attached. */
  readonly nearHost: () => HostId | undefined;
  readonly onHostAttached: (hostId: string, call: CoordinatorCall) => void;
}

export function createHandlers(options: HandlerOptions): Handlers<ServedMethods, AskedMethods> {
  const { replica, sessions } = options;
  const submit = (method: string) => (params: unknown, call: CoordinatorCall) =>
    replica.submit(sessions.commandOf(method, params, call));
  const place = (method: string) => (params: unknown, call: CoordinatorCall) => {
    const nearHost = options.nearHost();
    const command = sessions.commandOf(method, params, call);
    return replica.submit(nearHost === undefined ? command : { ...command, nearHost });
  };
  const plain = Object.keys(servedMethods).map((method) => [method, submit(method)]);
  const own = {
    ...longPolls(options),
    ...taskHandlers(options),
    ...sessionHandlers(options),
    ...logHandlers(options),
    ...serverHandlers(options),
    "pod.spawn": place("pod.spawn"),
    "run.submit": place("run.submit"),
    "host.attach": async (params: { hostId: string }, call: CoordinatorCall) => {
      const outcome = await replica.submit(sessions.commandOf("host.attach", params, call));
      if (outcome.ok) options.onHostAttached(params.hostId, call);
      return outcome;
    },
  };
  return { ...Object.fromEntries(plain), ...own };
}

function longPolls({ replica, sessions, waits }: HandlerOptions) {
  const poll =
    <P>(method: string, isDone: (value: unknown, params: P) => boolean) =>
    (params: P, call: CoordinatorCall) => {
      const command = sessions.commandOf(method, params, call);
      const judge = (outcome: Outcome<unknown>) =>
        outcome.ok && !isDone(outcome.value, params) ? null : outcome;
      const condition = (state: WorkspaceState) =>
        judge(workspaceRules.read(state, command, { nowMs: replica.logTimeMs }));
      return waits.until(condition, call.signal, async () => judge(await replica.submit(command)));
    };
  return {
    "pod.wait": poll<ParsedParamsOf<CoordinatorMethods, "pod.wait">>("pod.wait", (value, params) =>
      hasReached((value as { pod: PodRecord }).pod, params.until),
    ),
    "merge.wait": poll("merge.wait", (value) =>
      isSettledMerge((value as { merge: MergeView }).merge),
    ),
  };
}

function logHandlers({ replica, watches, subjects, verify }: HandlerOptions) {
  return {
    "log.head": async () => {
      const caughtUp = await replica.catchUp();
      if (!caughtUp.ok) return caughtUp;
      const { seq, hash, atMs } = replica.head();
      return accepted({ seq, hash: Buffer.from(hash).toString("hex"), atMs });
    },
    "log.read": async (params: ParsedParamsOf<CoordinatorMethods, "log.read">) => {
      const range = { fromSeq: params.from, limit: params.limit };
      const page =
        params.subject === undefined
          ? await replica.readEvents(range)
          : await subjects.events(params.subject, range);
      const last = page.at(-1)?.seq ?? 0;
      const events = page.map(({ answer: _answer, ...visible }) => visible);
      return accepted({ events, next: page.length < params.limit ? null : last + 1 });
    },
    "log.watch": (params: ParsedParamsOf<CoordinatorMethods, "log.watch">, call: CoordinatorCall) =>
      watches.open(params, (options) => call.openSubscription(options)),
    "claim.history": (params: ParsedParamsOf<CoordinatorMethods, "claim.history">) =>
      readKeyHistory(params, { replica, subjects }),
    "log.verify": async () => accepted(await verify()),
  };
}

function serverHandlers({ status, stop }: HandlerOptions) {
  const handlers: Pick<Handlers<ServedMethods, AskedMethods>, ServerMethod> = {
    "server.status": () => accepted(status()),
    "server.stop": ({ force }, call) => {
      if (call.principal?.role !== "operator") {
        return refused("unauthorized", "only the operator stops the server");
      }
      const { livingPods } = status();
      if (livingPods > 0 && !force) {
        return refused("busy", `${livingPods} pods live; stop them first, or force it`);
      }
      stop();
      return accepted({});
    },
  };
  return handlers;
}
