/**
 * Drives a script agent: starts its process when a turn needs one, serves its calls from the
 * turn's hooks, and turns its death into a fatal outcome. The process lives on between turns.
 */
import type { Duplex } from "node:stream";
import {
  accepted,
  createPeer,
  textOf,
  type NotificationItem,
  type Outcome,
  type Peer,
  refused,
} from "@podlane/protocol";
import { streamTransport } from "@podlane/protocol/node";
import {
  errored,
  type Agent,
  type AgentContext,
  type AgentHooks,
  type AgentOutcome,
  type AgentTurn,
} from "./agent.ts";
import type { OutputCapture } from "../process/output-capture.ts";
import { startGroup, type GroupExit, type ProcessGroup } from "../process/start-group.ts";
import { captureOutput, closePipes } from "../process/output.ts";
import {
  linkDescriptor,
  runtimeMethods,
  scriptMethods,
  type ScriptMethods,
  type ScriptOutcome,
  type ScriptTurn,
} from "./script-agent/link.ts";
import { parseScript } from "./script/parse-script.ts";
import type { Script } from "./script/step.ts";

/** What a dead process said last, as far as a message carries it. */
const lastWordsBytes = 2_048;

interface Running {
  readonly group: ProcessGroup;
  readonly peer: Peer<ScriptMethods>;
  readonly lastWords: OutputCapture;
}

export interface ScriptSpec {
  readonly path: string;
  readonly source: string;
}

export class ScriptAgent implements Agent {
  readonly #spec: ScriptSpec;
  readonly #context: AgentContext;
  #running: Running | undefined;
  #hooks: AgentHooks | undefined;

  constructor(spec: ScriptSpec, context: AgentContext) {
    this.#spec = spec;
    this.#context = context;
  }

  async runTurn(turn: AgentTurn, hooks: AgentHooks): Promise<AgentOutcome> {
    const script = parseScript(this.#spec.source, this.#spec.path);
    if (!script.ok) return errored(script.error.code, script.error.message, true);
    if (hooks.signal.aborted) return errored("interrupted", "the turn was cancelled");
    this.#hooks = hooks;
    try {
      const running = (this.#running ??= await this.#start());
      return await this.#finishTurn(running, toScriptTurn(turn, script.value), hooks);
    } catch (error) {
      return errored("internal", `the script agent: ${(error as Error).message}`, true);
    } finally {
      this.#hooks = undefined;
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    await running.group.terminate(this.#context.graceMs);
    running.peer.close();
  }

  /** A cancelled turn ends its process: it may sleep, or be in the middle of a step. */
  async #finishTurn(running: Running, turn: ScriptTurn, hooks: AgentHooks): Promise<AgentOutcome> {
    const answered = running.peer.request("turn", turn, { signal: hooks.signal });
    const ended = await Promise.race([answered, running.group.exited]);
    if (hooks.signal.aborted) {
      await this.stop();
      return errored("interrupted", "the turn was cancelled");
    }
    if ("ok" in ended && ended.ok) return toAgentOutcome(ended.value);
    const exit = await this.#exitOf(running);
    return errored("unavailable", describeDeath(exit, running.lastWords), true);
  }

  /** The link broke or the process died: whichever came first, both are over. */
  async #exitOf(running: Running): Promise<GroupExit> {
    await this.stop();
    await closePipes(running.group);
    return running.group.exited;
  }

  /** A process that died between turns is started again by the next. */
  #forget(group: ProcessGroup): void {
    if (this.#running?.group === group && this.#hooks === undefined) this.#running = undefined;
  }

  async #start(): Promise<Running> {
    const started = await startGroup({
      file: process.execPath,
      args: [...(this.#context.nodeFlags ?? []), this.#context.scriptEntry],
      cwd: this.#context.worktree,
      environment: this.#context.environment,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    if (!started.ok) throw new Error(started.failure.message);
    const { group } = started;
    const bounds = { headBytes: 0, tailBytes: lastWordsBytes };
    const lastWords = captureOutput(group, bounds, (text) => this.#hooks?.output(text));
    void group.exited.then(() => this.#forget(group));
    return { group, peer: this.#serve(group.child.stdio[linkDescriptor] as Duplex), lastWords };
  }

  #serve(stream: Duplex): Peer<ScriptMethods> {
    const during = async <T>(
      call: (hooks: AgentHooks) => Promise<Outcome<T>>,
    ): Promise<Outcome<T>> => {
      const hooks = this.#hooks;
      return hooks === undefined ? refused("not_running", "no turn is running") : call(hooks);
    };
    return createPeer({
      transport: streamTransport(stream),
      serves: runtimeMethods,
      calls: scriptMethods,
      onFault: this.#context.onFault,
      handlers: {
        step: ({ index }) =>
          during(async (hooks) => {
            const { proceed, notifications } = await hooks.step(index);
            return accepted({ proceed, notifications: notifications.map(kindOf) });
          }),
        tool_call: ({ tool, params }) =>
          during(async (hooks) => accepted(await hooks.callTool(tool, params))),
        wait_for: ({ condition }) =>
          during(async (hooks) => {
            const met = await hooks.waitFor(condition);
            return met.ok ? accepted({}) : met;
          }),
        commit: ({ message }) => during(async (hooks) => accepted(await hooks.commit(message))),
        say: ({ text }) =>
          during(async (hooks) => {
            hooks.say(text);
            return accepted({});
          }),
      },
    });
  }
}

function toScriptTurn(turn: AgentTurn, script: Script): ScriptTurn {
  return {
    cause: turn.cause,
    name: turn.podName,
    task: turn.input.length > 0 ? textOf(turn.input) : (turn.task ?? ""),
    steps: [...(turn.cause === "user" ? script.onRun : script.onNotification)],
    firstStep: turn.firstStep,
    notifications: turn.notifications.map(kindOf),
  };
}

function toAgentOutcome(outcome: ScriptOutcome): AgentOutcome {
  return outcome.kind === "finished" ? outcome : errored(outcome.code, outcome.message);
}

function kindOf(item: NotificationItem): string {
  return item.cause === "message" ? "message" : item.event.kind;
}

function describeDeath(exit: GroupExit, lastWords: OutputCapture): string {
  const how = exit.signal === null ? `exit ${exit.code}` : exit.signal;
  const words = lastWords.bytes().toString().trim();
  return `the script agent's process died (${how})${words === "" ? "" : `: ${words}`}`;
}
