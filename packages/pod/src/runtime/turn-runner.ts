/**
 * Runs one turn of the agent: gives it its hooks, answers its steps with what the controller
 * delivers, records its tool calls, and reports how it ended. Decides nothing.
 */
import type { NotificationItem, Outcome, PodId, ToolResult } from "@podlane/protocol";
import {
  type Agent,
  type AgentHooks,
  type AgentOutcome,
  errored,
  type StepAnswer,
  type WaitCondition,
} from "../agent/agent.ts";
import type { EffectOf } from "../core/effect.ts";
import type { AgentDoneInput, AgentStepInput } from "../core/input.ts";
import type { ToolHost } from "../tools/tool-host.ts";
import type { DenialReports } from "./denials.ts";
import type { EventWaits } from "./event-waits.ts";
import type { HeldClaims } from "./held-claims.ts";
import type { TurnSlot } from "./turn-slot.ts";
import type { UsageMeter } from "./usage-meter.ts";
import { type CallLog, recordedCall } from "./tool-calls.ts";

export interface TurnRunnerOptions {
  readonly agent: Agent;
  readonly tools: ToolHost;
  readonly claims: HeldClaims;
  readonly waits: EventWaits;
  readonly slot: TurnSlot;
  readonly callLog: CallLog;
  readonly usage: UsageMeter;
  readonly denials: DenialReports;
  readonly podName: string;
  /** The words that the turn is about: the pod's own task, or one it has pulled. */
  readonly taskOf: (turn: number) => string | null;
  /** Claims that each turn takes before it starts. */
  readonly standingClaims: readonly string[];
  readonly dispatch: (input: AgentStepInput | AgentDoneInput) => void;
  readonly commit: (message: string) => Promise<ToolResult>;
  /** The living child of that name; the newer one while an earlier is still being dropped. */
  readonly childId: (name: string) => PodId | null;
  readonly say: (turn: number, text: string) => void;
  readonly output: (text: string) => void;
}

interface RunningTurn {
  readonly turn: number;
  readonly abort: AbortController;
  readonly done: Promise<void>;
  /** The step that waits for its `deliver`. */
  answerStep: ((answer: StepAnswer) => void) | null;
}

export class TurnRunner {
  readonly #options: TurnRunnerOptions;
  #running: RunningTurn | null = null;

  constructor(options: TurnRunnerOptions) {
    this.#options = options;
  }

  get turn(): number | null {
    return this.#running?.turn ?? null;
  }

  /** The signal of the running turn; calls outside a turn get one that never aborts. */
  get signal(): AbortSignal {
    return this.#running?.abort.signal ?? new AbortController().signal;
  }

  start(effect: EffectOf<"start_turn">): void {
    const abort = new AbortController();
    const running: RunningTurn = {
      turn: effect.turn,
      abort,
      answerStep: null,
      done: Promise.resolve().then(() => this.#run(effect, running)),
    };
    this.#running = running;
  }

  deliver(effect: EffectOf<"deliver">): void {
    const running = this.#running;
    if (running?.turn !== effect.turn || effect.proceed === "pause") return;
    const answer = running.answerStep;
    running.answerStep = null;
    const notifications = effect.notifications as readonly NotificationItem[];
    answer?.({ proceed: effect.proceed, notifications });
  }

  /** Stops the agent's turn; resolves when the agent has let go of it. */
  async interrupt(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    running.abort.abort();
    running.answerStep?.({ proceed: "cancel", notifications: [] });
    running.answerStep = null;
    await running.done;
  }

  async #run(effect: EffectOf<"start_turn">, running: RunningTurn): Promise<void> {
    const outcome = await this.#runAgent(effect, running).catch(faultOf);
    if (this.#running === running) this.#running = null;
    this.#options.dispatch({ kind: "agent_done", turn: effect.turn, outcome });
  }

  async #runAgent(effect: EffectOf<"start_turn">, running: RunningTurn): Promise<AgentOutcome> {
    const { agent, claims, standingClaims, podName, taskOf } = this.#options;
    const claimed = await claims.ensure(standingClaims, running.abort.signal);
    if (!claimed.ok) return { kind: "errored", ...claimed.error, fatal: false };
    const { turn, cause, input } = effect;
    const notifications = effect.notifications as readonly NotificationItem[];
    const task = taskOf(turn);
    const agentTurn = { turn, cause, input, podName, task, notifications, firstStep: 0 };
    return agent.runTurn(agentTurn, this.#hooks(running));
  }

  #hooks(running: RunningTurn): AgentHooks {
    const { turn, abort } = running;
    const { dispatch, output, say, commit } = this.#options;
    return {
      signal: abort.signal,
      step: () => {
        if (abort.signal.aborted) return Promise.resolve({ proceed: "cancel", notifications: [] });
        return new Promise((resolve) => {
          running.answerStep = resolve;
          dispatch({ kind: "agent_step", turn });
        });
      },
      callTool: (tool, params) => this.callTool(tool, params),
      waitFor: (condition) => this.#waitFor(condition, abort.signal),
      commit,
      say: (text) => say(turn, text),
      output,
    };
  }

  /** A tool call of the running turn, recorded before and after. */
  async callTool(tool: string, params: unknown): Promise<ToolResult> {
    const { tools, callLog, usage } = this.#options;
    const turn = this.#running?.turn ?? null;
    const { signal } = this;
    const result = await recordedCall(callLog, { turn, tool, params }, (callId) =>
      tools.call(tool, params, { callId, turn: turn ?? 0, signal }),
    );
    usage.called(result);
    this.#options.denials.add({ tool, code: result.code, text: result.text });
    return result;
  }

  #waitFor(condition: WaitCondition, signal: AbortSignal): Promise<Outcome<void>> {
    const { slot, waits, childId } = this.#options;
    const child = "turnEnded" in condition ? childId(condition.turnEnded) : null;
    const on = child === null ? [] : [child];
    return slot.whileWaiting({ reason: "child", on, signal }, () =>
      waits.until(condition, child, signal),
    );
  }
}

/** A fault of git, disk or agent ends the turn it happened in, not the pod. */
function faultOf(fault: unknown): AgentOutcome {
  return errored("internal", fault instanceof Error ? fault.message : String(fault));
}
