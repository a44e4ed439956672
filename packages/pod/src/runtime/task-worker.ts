/**
 * A worker's way through the work queue: when the pod is idle it waits for a task of its types,
 * runs a turn for it, and completes it with what the turn made. One task at a time. It decides
 * nothing about turns: they are asked for and end like any other.
 */
import type { Outcome, RegistrationId, Task, TaskId, TurnResult } from "@podlane/protocol";
import type { EffectOf } from "../core/effect.ts";
import type { Phase } from "../core/state.ts";
import type { CoordinatorLink, LostTask } from "../link/coordinator-link.ts";
import { cutText } from "./cut-text.ts";

export interface TaskWorkerOptions {
  readonly coordinator: Pick<CoordinatorLink, "ask" | "insist">;
  readonly registration: RegistrationId;
  readonly taskTypes: readonly string[];
  readonly phase: () => Phase;
  /** The turn that an earlier process of this pod left open for a task. */
  readonly openTurn: () => OpenTurn | null;
  /** Asks for a turn with the task's words; `already_running` while another one runs. */
  readonly run: (task: Task) => Promise<Outcome<{ turn: number }>>;
  /** Ends the running turn and drops its work. */
  readonly cancel: () => void;
  /** The agent cannot work any more: the pod leaves, and its task returns to the queue. */
  readonly leave: () => void;
  readonly warn: (message: string) => void;
}

export interface OpenTurn {
  readonly turn: number;
  readonly task: TaskId;
  readonly words: string;
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
  readonly id: TaskId;
  readonly words: string;
  /** Absent when an earlier process claimed it: the pod's own live claim counts then. */
  readonly fence?: number;
  /** To be started; null once it was, here or by an earlier process. */
  task: Task | null;
  turn: number | null;
  /** The coordinator said that it is not ours any more. */
  isLost: boolean;
}

export class TaskWorker {
  readonly #options: TaskWorkerOptions;
  readonly #closing = new AbortController();
  #isOpen = false;
  #isAsking = false;
  #held: Held | null = null;
  /** Claimed by an earlier process, which had no turn open for them. */
  #owed: readonly Task[] = [];
  #renewal: NodeJS.Timeout | null = null;
  #fatalEndings = 0;

  constructor(options: TaskWorkerOptions) {
    this.#options = options;
  }

  /** The words of the task that a turn works on; null for a turn of another cause. */
  wordsOf(turn: number): string | null {
    return this.#held?.turn === turn ? this.#held.words : null;
  }

  /** The pod has begun, and its own task goes first; takes up what an earlier process left. */
  async open(): Promise<void> {
    const { coordinator, registration, taskTypes, openTurn, warn } = this.#options;
    const left = openTurn();
    if (left !== null) {
      this.#hold({ id: left.task, words: left.words, task: null, turn: left.turn, isLost: false });
    }
    const mine = {
      statuses: ["claimed" as const],
      taskTypes: [...taskTypes],
      claimedBy: registration,
    };
    const listed = await coordinator.insist("task.list", mine);
    if (!listed.ok) warn(`its tasks cannot be read: ${listed.error.message}`);
    else this.#owed = listed.value.tasks.filter(({ id }) => id !== left?.task).toReversed();
    this.#isOpen = true;
    this.consider();
  }

  /** To be called after each step of the controller: an idle pod takes the next task. */
  consider(): void {
    const { phase } = this.#options;
    if (!this.#isOpen || phase() !== "idle" || this.#closing.signal.aborted) return;
    if (this.#held?.task) return void this.#start(this.#held, this.#held.task);
    if (this.#held !== null) return;
    const [owed] = this.#owed;
    if (owed === undefined) return void this.#ask();
    this.#owed = this.#owed.slice(1);
    this.#take(owed, owed.attempts.at(-1)?.fence);
    this.consider();
  }

  /** A turn has ended; a task whose pod is leaving returns with the pod's end. */
  turnEnded({ turn, outcome, result, message }: EffectOf<"report_turn_end">): void {
    const held = this.#held;
    if (held?.turn !== turn) return;
    const isLeaving = this.#options.phase() === "stopping" || this.#isSpent;
    if (isLeaving && outcome !== "finished") return;
    this.#letGo();
    if (held.isLost) return;
    if (outcome !== "finished") {
      return void this.#complete(held, failedBy(message ?? `its turn ended ${outcome}`));
    }
    this.#fatalEndings = 0;
    const made = result ?? { summary: "", branch: null, commit: null };
    void this.#complete(held, { success: true, result: resultOf(made) });
  }

  /** The agent of the running turn is gone; the next turn starts it again, but not for ever. */
  agentFailed(): void {
    this.#fatalEndings += 1;
    if (this.#held === null || !this.#isSpent) return;
    this.#options.warn(`its agent failed for good ${maxFatalEndings} times in a row: leaving`);
    this.#options.leave();
  }

  lost({ task, fence, how }: LostTask): void {
    const held = this.#held;
    if (held?.id !== task || (held.fence ?? fence) !== fence) return;
    this.#options.warn(`task ${task} is not ours any more: ${how}`);
    held.isLost = true;
    if (held.turn !== null) this.#options.cancel();
    else if (held.task !== null) {
      this.#letGo();
      this.consider();
    }
  }

  close(): void {
    this.#closing.abort();
    this.#letGo();
  }

  get #isSpent(): boolean {
    return this.#fatalEndings >= maxFatalEndings;
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
    if (claimed.ok && claimed.value.task !== null) {
      this.#take(claimed.value.task, claimed.value.fence ?? undefined);
    }
    this.consider();
  }

  #take(task: Task, fence: number | undefined): void {
    const { id, description: words } = task;
    const held = { id, words, task, turn: null, isLost: false };
    this.#hold(fence === undefined ? held : { ...held, fence });
  }

  #hold(held: Held): void {
    this.#held = held;
    const { coordinator } = this.#options;
    this.#renewal = setInterval(() => void coordinator.ask("task.renew", {}), leaseMs / 2);
  }

  /** A pod that has become busy meanwhile starts it when it is idle again. */
  async #start(held: Held, task: Task): Promise<void> {
    held.task = null;
    const started = await this.#options.run(task);
    if (started.ok) {
      held.turn = started.value.turn;
      if (held.isLost) this.#options.cancel();
    } else if (held.isLost) this.#letGo();
    else if (started.error.code === "already_running") {
      held.task = task;
      this.consider();
    } else if (this.#options.phase() !== "stopping") {
      // Held on to without a turn, it would be nobody's work for as long as the pod lives.
      this.#letGo();
      await this.#complete(held, failedBy(started.error.message));
      this.consider();
    }
  }

  #letGo(): void {
    if (this.#renewal !== null) clearInterval(this.#renewal);
    this.#renewal = null;
    this.#held = null;
  }

  async #complete({ id, fence }: Held, ending: Ending): Promise<void> {
    const { coordinator, warn } = this.#options;
    const params = { task: id, ...(fence === undefined ? {} : { fence }), ...ending };
    const completed = await coordinator.insist("task.complete", params);
    if (!completed.ok) warn(`task ${id}: ${completed.error.message}`);
  }
}

type Made = Pick<TurnResult, "summary" | "branch" | "commit">;

/** What others can do something with; usage and artifacts are in the turn's own record. */
function resultOf({ summary, branch, commit }: Made): Made {
  return { summary, branch, commit };
}

function failedBy(why: string): Ending {
  return { success: false, error: { code: "failed", message: cutText(why, maxErrorCharacters) } };
}

type Ending =
  | { readonly success: true; readonly result: Made }
  | {
      readonly success: false;
      readonly error: { readonly code: "failed"; readonly message: string };
    };
