/**
 * A worker's way through the work queue: when the pod is idle it waits for a task of its types,
 * runs a turn for it, and completes it with what the turn made. One task at a time. It decides
 * nothing about turns: they are asked for and end like any other.
 */
import type { Outcome, Task, TaskId, TurnResult } from "@podlane/protocol";
import type { EffectOf } from "../core/effect.ts";
import type { Phase } from "../core/state.ts";
import type { CoordinatorLink, LostTask } from "../link/coordinator-link.ts";
import { cutText } from "./cut-text.ts";

export interface TaskWorkerOptions {
  readonly coordinator: Pick<CoordinatorLink, "ask" | "insist">;
  readonly taskTypes: readonly string[];
  readonly phase: () => Phase;
  /** Asks for a turn with the task's words; `already_running` while another one runs. */
  readonly run: (task: Task) => Promise<Outcome<{ turn: number }>>;
  /** Ends the running turn and drops its work. */
  readonly cancel: () => void;
  /** The agent cannot work any more: the pod leaves, and its task returns to the queue. */
  readonly leave: () => void;
  readonly warn: (message: string) => void;
}

/** A worker that dies takes this long to be missed if its host cannot say that it did. */
const leaseMs = 60_000;
/** One wait for a task; a longer one would only keep a dead connection unnoticed for longer. */
const waitMs = 600_000;
const answerPatienceMs = 30_000;
/** Agents that failed for good this often in a row fail everything: better no worker at all. */
const maxFatalEndings = 3;
const maxErrorCharacters = 4_096;

interface Held {
  readonly task: Task;
  readonly fence: number;
  /** Null until the turn is there. */
  turn: number | null;
  /** The coordinator said that it is not ours any more. */
  isLost: boolean;
}

export class TaskWorker {
  readonly #options: TaskWorkerOptions;
  readonly #closing = new AbortController();
  #isOpen = false;
  #isAsking = false;
  #isStarting = false;
  #held: Held | null = null;
  #renewal: NodeJS.Timeout | null = null;
  #fatalEndings = 0;

  constructor(options: TaskWorkerOptions) {
    this.#options = options;
  }

  /** The words of the task that a turn works on; null for a turn of another cause. */
  taskOf(turn: number): Task | null {
    return this.#held?.turn === turn ? this.#held.task : null;
  }

  /** The pod has begun: its own task goes first. */
  open(): void {
    this.#isOpen = true;
    this.consider();
  }

  /** To be called after each step of the controller: an idle pod takes the next task. */
  consider(): void {
    if (!this.#isOpen || this.#options.phase() !== "idle" || this.#closing.signal.aborted) return;
    if (this.#held === null) void this.#ask();
    else if (this.#held.turn === null) void this.#start(this.#held);
  }

  /** A turn has ended; a task whose pod is leaving returns with the pod's end. */
  turnEnded({ turn, outcome, result, message }: EffectOf<"report_turn_end">): void {
    const held = this.#held;
    if (held?.turn !== turn) return;
    const isLeaving = this.#options.phase() === "stopping" || this.#isSpent;
    if (isLeaving && outcome !== "finished") return;
    this.#letGo();
    if (held.isLost) return this.consider();
    const { id: task } = held.task;
    const { fence } = held;
    if (outcome !== "finished") {
      const text = cutText(message ?? `its turn ended ${outcome}`, maxErrorCharacters);
      const error = { code: "failed", message: text } as const;
      return void this.#complete({ task, fence, success: false, error });
    }
    this.#fatalEndings = 0;
    const made = { summary: "", branch: null, commit: null };
    void this.#complete({ task, fence, success: true, result: resultOf(result ?? made) });
  }

  /** The agent of the running turn is gone; the next turn starts it again, but not for ever. */
  agentFailed(): void {
    this.#fatalEndings += 1;
    if (this.#held === null || !this.#isSpent) return;
    this.#options.warn(`its agent failed for good ${maxFatalEndings} times in a row: leaving`);
    this.#options.leave();
  }

  get #isSpent(): boolean {
    return this.#fatalEndings >= maxFatalEndings;
  }

  lost({ task, fence, how }: LostTask): void {
    const held = this.#held;
    if (held?.task.id !== task || held.fence !== fence) return;
    this.#options.warn(`task ${task} is not ours any more: ${how}`);
    held.isLost = true;
    if (held.turn !== null) return this.#options.cancel();
    if (!this.#isStarting) this.#letGo();
  }

  close(): void {
    this.#closing.abort();
    this.#letGo();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { coordinator, taskTypes, warn } = this.#options;
    const params = { taskTypes: [...taskTypes], leaseMs, wait: { deadlineMs: waitMs } };
    const options = { deadlineMs: waitMs + answerPatienceMs, signal: this.#closing.signal };
    const claimed = await coordinator.insist("task.claim", params, options);
    this.#isAsking = false;
    if (this.#closing.signal.aborted) return;
    if (!claimed.ok && claimed.error.code !== "timeout") {
      return warn(`no task can be claimed: ${claimed.error.message}`);
    }
    if (claimed.ok && claimed.value.task !== null && claimed.value.fence !== null) {
      this.#take(claimed.value.task, claimed.value.fence);
    }
    this.consider();
  }

  #take(task: Task, fence: number): void {
    this.#held = { task, fence, turn: null, isLost: false };
    const { coordinator } = this.#options;
    this.#renewal = setInterval(() => void coordinator.ask("task.renew", {}), leaseMs / 2);
  }

  /** A pod that has become busy meanwhile starts it when it is idle again. */
  async #start(held: Held): Promise<void> {
    if (this.#isStarting) return;
    this.#isStarting = true;
    const started = await this.#options.run(held.task);
    this.#isStarting = false;
    if (started.ok) {
      held.turn = started.value.turn;
      if (held.isLost) this.#options.cancel();
    } else if (held.isLost) this.#letGo();
    else if (started.error.code === "already_running") this.consider();
  }

  #letGo(): void {
    if (this.#renewal !== null) clearInterval(this.#renewal);
    this.#renewal = null;
    this.#held = null;
  }

  async #complete(params: Completion): Promise<void> {
    const { coordinator, warn } = this.#options;
    const completed = await coordinator.insist("task.complete", params);
    if (!completed.ok) warn(`task ${params.task}: ${completed.error.message}`);
    this.consider();
  }
}

/** What others can do something with; usage and artifacts are in the turn's own record. */
function resultOf({ summary, branch, commit }: Made): Made {
  return { summary, branch, commit };
}

type Made = Pick<TurnResult, "summary" | "branch" | "commit">;

interface Completion {
  readonly task: TaskId;
  readonly fence: number;
  readonly success: boolean;
  readonly result?: Made;
  readonly error?: { readonly code: "failed"; readonly message: string };
}
