/** How this pod runs turns: the agent, the tools it is given, and the work around a turn's end. */
import { performance } from "node:perf_hooks";
import type { NewHistoryItem } from "@podlane/protocol";
import { createAgent } from "../agent/create-agent.ts";
import { describeFault } from "../fault-text.ts";
import { createArtifactStore } from "../tools/artifact-store.ts";
import { createToolHost } from "../tools/create-tool-host.ts";
import type { ToolHost } from "../tools/tool-host.ts";
import type { PodSetting } from "./boot-setting.ts";
import type { Children, ChildrenParts } from "./children.ts";
import { DenialReports } from "./denials.ts";
import { EventWaits } from "./event-waits.ts";
import { newBoundary } from "./handlers.ts";
import { listFiles } from "./list-files.ts";
import type { TaskWorker } from "./task-worker.ts";
import type { CallLog } from "./tool-calls.ts";
import { TouchReports } from "./touch-reports.ts";
import { TurnEnding } from "./turn-ending.ts";
import { TurnRunner } from "./turn-runner.ts";
import { UsageMeter } from "./usage-meter.ts";
import { warn } from "./warn.ts";

/** Between SIGTERM and SIGKILL of what an agent or its commands started. */
export const graceMs = 2_000;

export interface Turns {
  readonly runner: TurnRunner;
  readonly ending: TurnEnding;
  readonly waits: EventWaits;
  readonly usage: UsageMeter;
  readonly denials: DenialReports;
  /** Ends the turn and the agent's processes. */
  stop(): Promise<void>;
}

export interface TurnParts extends ChildrenParts {
  readonly children: Children;
  /** Null for a pod that pulls no tasks. */
  readonly worker: TaskWorker | null;
}

export function createTurns(setting: PodSetting, parts: TurnParts): Turns {
  const { boot } = setting;
  const { own, links, grants, territory, children, worker } = parts;
  const { loop, output } = own;
  const { worktree } = territory;
  const agent = createAgent(boot.spec.agent, {
    ...setting.agent,
    graceMs,
    onFault: ({ method, error }) => warn(`${method} of the agent failed: ${describeFault(error)}`),
  });
  const waits = new EventWaits();
  const usage = new UsageMeter(() => performance.now());
  const denials = new DenialReports(boot, links.coordinator);
  const log = historyOf(parts);
  const shared = { claims: grants.claims, usage, denials };
  const runner = new TurnRunner({
    ...shared,
    agent,
    tools: createTools(setting, parts),
    waits,
    slot: grants.slot,
    podName: boot.spec.name,
    taskOf: (turn) => worker?.wordsOf(turn) ?? boot.spec.task,
    standingClaims: boot.spec.claims,
    callLog: log,
    dispatch: (input) => loop.dispatch(input),
    commit: (message) => worktree.commitStep(runner.turn, message),
    childId: (name) => children.idOf(name),
    say: (turn, text) => log.append({ type: "assistant", turn, text }),
    output: (text) => output.append(text),
  });
  const ending = new TurnEnding({
    ...shared,
    worktree,
    runner,
    dispatch: (input) => loop.dispatch(input),
    nameOf: (child) => children.nameOf(child),
    warn,
  });
  const stop = async () => {
    await runner.interrupt();
    await agent.stop();
  };
  return { runner, ending, waits, usage, denials, stop };
}

function createTools(setting: PodSetting, parts: TurnParts): ToolHost {
  const { boot, environment, artifacts } = setting;
  const { own, links, grants, territory, children } = parts;
  const { scope, worktree } = territory;
  const touches = new TouchReports(boot, links.coordinator);
  return createToolHost({
    worktree: boot.worktree,
    view: {
      listFiles: () => listFiles(boot.worktree),
      dirtyFiles: async () => (await worktree.workspace.dirty()).map((file) => file.path),
    },
    permissionOf: (path) => scope.permissionOf(path),
    ensureClaims: (units, signal) => grants.claims.ensure(units, signal),
    confirmLeases: (units) => grants.claims.confirm(units),
    artifacts: createArtifactStore(artifacts),
    touched: (paths, access) => touches.add(paths, access),
    output: (text) => own.output.append(text),
    environment,
    graceMs,
    nowMs: Date.now,
    pods: children.port,
  });
}

/** Everything an agent does is in its history before anybody is told of it. */
function historyOf({ own: { session, streams } }: TurnParts): CallLog {
  return {
    nextCallId: () => newBoundary(),
    intend: ({ callId, turn, tool, params }) =>
      session.intent({ callId, turn: turn ?? 0, tool, params, ids: {} }, Date.now()),
    conclude: (callId, result) => void session.outcome(callId, result, Date.now()),
    append(item: NewHistoryItem) {
      streams.historyGrew([session.appendHistory(item, Date.now())]);
    },
    monotonicMs: () => performance.now(),
  };
}
