/**
 * A shell agent: a turn is one run of its command in the worktree. Its output is the result; how
 * it exits is the outcome. A notification turn does not run the command again: it is noted only,
 * since a command can not be told what happened while it was not running.
 */
import { type ErrorCode, maxSummaryBytes } from "@podlane/protocol";
import {
  errored,
  type Agent,
  type AgentContext,
  type AgentHooks,
  type AgentOutcome,
  type AgentTurn,
} from "./agent.ts";
import { startGroup, type GroupExit, type ProcessGroup } from "../process/start-group.ts";
import { captureOutput, closePipes } from "../process/output.ts";

/** A summary counts UTF-16 units and may name what was left out; bytes are never fewer. */
const summaryTailBytes = maxSummaryBytes - 128;

/** What shells answer for a command that is there but can not run, and for one that is not. */
const notRunnable = 126;
const notFound = 127;

const codesOfStart: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["ENOENT", "not_found"],
  ["EACCES", "denied"],
  ["EPERM", "denied"],
  ["ENOEXEC", "denied"],
]);

export class ShellAgent implements Agent {
  readonly #command: readonly string[];
  readonly #context: AgentContext;
  #running: ProcessGroup | undefined;

  constructor(command: readonly string[], context: AgentContext) {
    this.#command = command;
    this.#context = context;
  }

  async runTurn(turn: AgentTurn, hooks: AgentHooks): Promise<AgentOutcome> {
    if (turn.cause === "notification") {
      return { kind: "finished", summary: `noted: ${turn.notifications.length} notifications` };
    }
    const head = await hooks.step(turn.firstStep);
    if (head.proceed === "cancel" || hooks.signal.aborted) return cancelled();
    return this.#run(hooks);
  }

  async stop(): Promise<void> {
    await this.#running?.terminate(this.#context.graceMs);
  }

  async #run(hooks: AgentHooks): Promise<AgentOutcome> {
    const [file = "", ...args] = this.#command;
    const { worktree, environment, graceMs } = this.#context;
    const started = await startGroup({
      file,
      args,
      cwd: worktree,
      environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (!started.ok) return notStarted(file, started.failure.code, started.failure.message);
    const { group } = started;
    this.#running = group;
    const bounds = { headBytes: 0, tailBytes: summaryTailBytes };
    const tail = captureOutput(group, bounds, (text) => hooks.output(text));
    const abort = () => void group.terminate(graceMs);
    hooks.signal.addEventListener("abort", abort, { once: true });
    if (hooks.signal.aborted) abort();
    const exit = await group.exited;
    // What the command left running in its group ends with it.
    await group.terminate(graceMs);
    await closePipes(group);
    hooks.signal.removeEventListener("abort", abort);
    this.#running = undefined;
    const output = tail.bytes().toString().trimEnd();
    return hooks.signal.aborted ? cancelled() : outcomeOf(file, exit, output);
  }
}

function outcomeOf(file: string, exit: GroupExit, output: string): AgentOutcome {
  if (exit.code === 0) return { kind: "finished", summary: output };
  const words = output === "" ? "" : `: ${output}`;
  if (exit.signal !== null) return errored("interrupted", `ended by ${exit.signal}${words}`);
  if (exit.code === notFound) return errored("not_found", `${file}: exit 127${words}`, true);
  if (exit.code === notRunnable) return errored("denied", `${file}: exit 126${words}`, true);
  return errored("interrupted", `exit ${exit.code}${words}`);
}

function notStarted(file: string, code: string, message: string): AgentOutcome {
  return errored(
    codesOfStart.get(code) ?? "unavailable",
    `${file} can not start: ${message}`,
    true,
  );
}

function cancelled(): AgentOutcome {
  return errored("interrupted", "the turn was cancelled");
}
