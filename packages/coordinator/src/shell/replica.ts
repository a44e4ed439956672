/**
 * A replica: the fold of the log in memory, and a writer to it. It decides waiting commands on a
 * draft, appends what they change in one durable write, and answers only after that. It holds no
 * rule of the domain and owns neither the log nor the timer that ticks it.
 */
import { accepted, refused } from "@podlane/protocol";
import type { Outcome } from "@podlane/protocol";
import type { FirstAnswer } from "../core/command-ids.ts";
import type { Command } from "../core/command.ts";
import type { Actor, LogEvent } from "../core/event.ts";
import { tickMethod } from "../core/rules.ts";
import type { Rules } from "../core/rules.ts";
import { maxBatchChars, maxBatchCommands, maxRedecisions, maxWaitingCommands } from "../limits.ts";
import { headOf } from "../log/hash-chain.ts";
import type { Log, LogHead, ReadRange } from "../log/log.ts";
import type { Snapshots } from "../log/snapshot.ts";
import { readEvents } from "../log/read-events.ts";
import { Draft } from "./draft.ts";
import { Fold } from "./fold.ts";
import { LogTime } from "./log-time.ts";
import type { StoreClock } from "../log/store-clock.ts";

export interface ReplicaOptions<State> {
  readonly log: Log;
  readonly rules: Rules<State>;
  readonly clock: StoreClock;
  /** Called once, after everything waiting was answered: the process ends with exit code 70. */
  readonly onFault: (error: unknown) => void;
  /** True if no other process appends: spares the head read before answers that append nothing. */
  readonly soleWriter?: boolean;
  /** Where copies of the fold are kept; without it a start folds the whole log. */
  readonly snapshots?: Snapshots | undefined;
  /** Runs a batch after all frames of this tick were read; `setImmediate` unless simulated. */
  readonly schedule?: (run: () => void) => void;
}

/** Called with what has just become durable, in log order, without gaps. */
export type Subscriber<State> = (events: readonly LogEvent[], state: State) => void;

interface Waiting {
  readonly command: Command;
  /** Only the first call counts. */
  readonly answer: (outcome: Outcome<unknown>) => void;
}

/** Of a command whose first answer is on the log. */
interface Repeat extends Waiting {
  readonly first: FirstAnswer;
}

/** A command's outcome, or where the log has it. */
type Answer = Outcome<unknown> | FirstAnswer;

const time: Actor = { role: "system", id: "time" };
const tick: Command = { method: tickMethod, params: {}, actor: time };
/** Changes and asks nothing: that it is answered means that the fold was at the log's head. */
const catchUp: Command = { method: "catch up", params: {}, actor: time };
const faultMessage = "the coordinator stops after a fault; repeat with the same command id";

/** Folds the log from its snapshot on, verifying what it reads. Rejects with the log's fault. */
export async function openReplica<State>(options: ReplicaOptions<State>): Promise<Replica<State>> {
  const snapshot = (await options.snapshots?.load(options.log)) ?? null;
  const fold = new Fold(options.rules, snapshot);
  await fold.catchUp(options.log, () => {});
  const { clock } = options;
  const logTime = new LogTime(fold.head.atMs, await clock.nowMs());
  if (clock.share !== undefined) logTime.observe(await clock.share(logTime.nowMs));
  return new Replica(options, fold, logTime);
}

export class Replica<State> {
  readonly #options: ReplicaOptions<State>;
  readonly #fold: Fold<State>;
  readonly #time: LogTime;
  readonly #subscribers = new Set<Subscriber<State>>();
  readonly #drained: (() => void)[] = [];
  #queue: Waiting[] = [];
  #repeats: Repeat[] = [];
  #running = false;
  #ticks: Waiting[] = [];
  /** Why commands are no longer taken. */
  #stopped: string | undefined;
  #faulted = false;

  constructor(options: ReplicaOptions<State>, fold: Fold<State>, logTime: LogTime) {
    this.#options = options;
    this.#fold = fold;
    this.#time = logTime;
  }

  /**
   * The folded state, not to be changed. Durable inside a subscriber; while a flush is in flight it
   * holds the draft too, so answers are read by submitting a query instead.
   */
  get state(): State {
    return this.#fold.state;
  }

  /** The end of what is durable and folded here. */
  head(): LogHead {
    return this.#fold.head;
  }

  /** Durable events, at most `limit`, from `fromSeq` on. */
  readEvents(range: ReadRange): Promise<readonly LogEvent[]> {
    return readEvents(this.#options.log, range);
  }

  /**
   * Answers a command after everything it changes is durable. Never rejects: `busy` if too many
   * wait, `unavailable` if the replica stopped (whether it happened is then unknown: repeat it with
   * the same command id).
   */
  submit(command: Command): Promise<Outcome<unknown>> {
    if (this.#stopped !== undefined) return Promise.resolve(refused("unavailable", this.#stopped));
    if (this.#queue.length >= maxWaitingCommands) {
      const message = `${maxWaitingCommands} commands already wait; try again later`;
      return Promise.resolve(refused("busy", message));
    }
    return this.#enqueue(command, this.#queue);
  }

  get logTimeMs(): number {
    return this.#time.nowMs;
  }

  /** Lets time pass: moves log time by the store clock's advance and decides what is due. */
  tick(): Promise<Outcome<unknown>> {
    if (this.#stopped !== undefined) return Promise.resolve(refused("unavailable", this.#stopped));
    return this.#enqueue(tick, this.#ticks);
  }

  /**
   * Resolves when everything that any replica had appended before the call is folded and published
   * here. Refuses `unavailable` if the replica stopped.
   */
  catchUp(): Promise<Outcome<unknown>> {
    return this.submit(catchUp);
  }

  /** Returns what ends the subscription. A subscriber that throws stops the replica. */
  subscribe(subscriber: Subscriber<State>): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Takes no more commands and resolves when those waiting are answered. The log stays open. */
  async close(): Promise<void> {
    this.#stopped ??= "the coordinator is closing; connect again";
    if (this.#running) await new Promise<void>((resolve) => this.#drained.push(resolve));
    if (this.#faulted) return;
    await this.#options.snapshots?.finish(this.#fold.head.seq, () => this.#fold.snapshot());
  }

  #enqueue(command: Command, queue: Waiting[]): Promise<Outcome<unknown>> {
    return new Promise((answer) => {
      queue.push({ command, answer });
      if (!this.#running) this.#wake();
    });
  }

  #wake(): void {
    this.#running = true;
    const schedule = this.#options.schedule ?? setImmediate;
    schedule(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      await this.#runBatch();
      await this.#answerRepeats();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#queue.length + this.#ticks.length > 0) return this.#wake();
    this.#running = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  async #runBatch(): Promise<void> {
    let outcomes: Answer[] = [];
    if (this.#ticks.length > 0) await this.#passTime();
    for (let attempt = 0; attempt <= maxRedecisions; attempt += 1) {
      const draft = new Draft(this.#fold);
      outcomes = this.#decideWaiting(draft);
      if (await this.#flush(draft, outcomes)) return;
      await this.#fold.catchUp(this.#options.log, (batch) => {
        this.#time.observe(batch.atMs);
        this.#publish(batch.events);
      });
    }
    const message = `other writers were first ${maxRedecisions} times; try again`;
    this.#settle(outcomes.map(() => refused("busy", message)));
  }

  /**
   * Moves log time and puts the tick first: no command ever sees a deadline passed but unanswered.
   */
  async #passTime(): Promise<void> {
    const { clock } = this.#options;
    this.#time.tick(await clock.nowMs());
    if (clock.share !== undefined) this.#time.observe(await clock.share(this.#time.nowMs));
    this.#queue.unshift(...this.#ticks.splice(0));
  }

  #decideWaiting(draft: Draft<State>): Answer[] {
    const outcomes: Answer[] = [];
    for (const { command, answer } of this.#queue) {
      if (outcomes.length >= maxBatchCommands || draft.chars >= maxBatchChars) break;
      try {
        const isOurs = command === catchUp;
        outcomes.push(isOurs ? accepted(null) : draft.answer(command, this.#time.nowMs));
      } catch (error) {
        // Not `unavailable`: a client that repeated this one would stop the next coordinator too.
        answer(refused("internal", `${command.method} broke an invariant; do not repeat it`));
        throw error;
      }
    }
    return outcomes;
  }

  /** Makes the draft durable and answers; false if another writer was first: decide again. */
  async #flush(draft: Draft<State>, outcomes: readonly Answer[]): Promise<boolean> {
    const { log, soleWriter = false } = this.#options;
    const { seq } = this.#fold.head;
    if (draft.isEmpty) {
      // The head is read after every one of these commands arrived: no answer is older than it.
      if (!soleWriter && (await log.head()).seq !== seq) return false;
      this.#settle(outcomes);
      return true;
    }
    const batch = draft.seal();
    const appended = await log.append(batch, seq);
    if (!appended.ok) {
      this.#fold.undo.rollback();
      return false;
    }
    this.#fold.keep(headOf(batch));
    this.#settle(outcomes);
    this.#publish(batch.events);
    return true;
  }

  /** Answers the commands at the front of the queue. */
  #settle(outcomes: readonly Answer[]): void {
    const settled = this.#queue;
    this.#queue = settled.slice(outcomes.length);
    for (const [index, outcome] of outcomes.entries()) {
      const waiting = settled[index];
      if (waiting === undefined) return;
      if ("ok" in outcome) waiting.answer(outcome);
      else this.#repeats.push({ ...waiting, first: outcome });
    }
  }

  /** Repeats get the first answers, which are read where they are kept. */
  async #answerRepeats(): Promise<void> {
    for (const { first, answer } of this.#repeats) {
      const [event] = await this.readEvents({ fromSeq: first.seq, limit: 1 });
      if (event === undefined) throw new Error(`the log has no event ${first.seq}, but it had`);
      answer(accepted(this.#fold.answerOf(event)));
    }
    this.#repeats = [];
  }

  /** Only called without a draft. */
  #publish(events: readonly LogEvent[]): void {
    this.#options.snapshots?.offer(this.#fold.head.seq, () => this.#fold.snapshot());
    for (const subscriber of this.#subscribers) subscriber(events, this.#fold.state);
  }

  /** Stops for good: nothing that is not known to be durable is acknowledged or kept. */
  #fail(error: unknown): void {
    this.#stopped = faultMessage;
    this.#fold.undo.rollback();
    this.#queue.push(...this.#ticks.splice(0));
    for (const { answer } of [...this.#repeats, ...this.#queue]) {
      answer(refused("unavailable", faultMessage));
    }
    [this.#repeats, this.#queue] = [[], []];
    if (!this.#faulted) this.#options.onFault(error);
    this.#faulted = true;
  }
}
