/**
 * The events by which tasks leave their worker in one decision: they end, return to the queue, or
 * end because another did. No task twice, and no more dependents at once than a batch can hold:
 * those beyond it are ended by the next ticks, and nobody can claim them before.
 */
import type { TaskId, TaskReturn } from "@podlane/protocol";
import type { NewEvent } from "../event.ts";
import type { Batch } from "../fact.ts";
import { fact, subjectOf } from "../fact.ts";
import { maxCascade } from "../limits.ts";
import type { WorkspaceState } from "../state.ts";
import type { TaskEntry } from "./tasks-slice.ts";
import { sortedTasks, tasksOf } from "./tasks-slice.ts";

export class TaskEndings {
  readonly #state: WorkspaceState;
  readonly #batch: Batch;
  readonly #ended = new Set<TaskId>();
  #blocked = 0;

  constructor(state: WorkspaceState, batch: Batch) {
    this.#state = state;
    this.#batch = batch;
  }

  get events(): readonly NewEvent[] {
    return this.#batch.events;
  }

  /** The task ends by this event, and with it what depends on its success. */
  fail(task: TaskEntry, event: NewEvent): void {
    if (!this.#end(task, event)) return;
    const lost = [task];
    for (let at = 0; at < lost.length; at += 1) {
      const failed = lost[at];
      if (failed === undefined) continue;
      for (const dependent of this.#doomedBy(failed)) {
        if (this.#block(dependent, failed.id)) lost.push(dependent);
      }
    }
  }

  /** The claim is over without a result: the next worker tries, or nobody does any more. */
  giveBack(task: TaskEntry, how: TaskReturn): void {
    const subject = subjectOf.task(task.id);
    const isLast = task.attempts.length >= task.request.maxAttempts;
    if (isLast) this.fail(task, fact("task.dead_lettered", subject, { how }));
    else this.#end(task, fact("task.returned", subject, { how }));
  }

  /** Gives back all that an ended registration had claimed. */
  giveBackAllOf(holder: string): void {
    for (const task of tasksOf(this.#state.tasks, holder)) this.giveBack(task, "worker_died");
  }

  /** What an earlier cascade left for later. */
  blockDoomed(): void {
    const { doomed } = this.#state.tasks;
    for (const task of sortedTasks(this.#state.tasks, doomed.keys())) {
      const failed = doomed.get(task.id);
      if (failed === undefined || this.#blocked >= maxCascade) continue;
      this.#blocked += 1;
      this.fail(task, fact("task.blocked", subjectOf.task(task.id), { failed }));
    }
  }

  #doomedBy(failed: TaskEntry): TaskEntry[] {
    if (failed.dependents === null) return [];
    const dependents = sortedTasks(this.#state.tasks, failed.dependents);
    return dependents.filter((task) => task.request.onDependencyFailure === "cancel");
  }

  #block(task: TaskEntry, failed: TaskId): boolean {
    if (this.#blocked >= maxCascade) return false;
    const event = fact("task.blocked", subjectOf.task(task.id), { failed });
    if (!this.#end(task, event)) return false;
    this.#blocked += 1;
    return true;
  }

  #end(task: TaskEntry, event: NewEvent): boolean {
    if (this.#ended.has(task.id)) return false;
    this.#ended.add(task.id);
    this.#batch.add(event);
    return true;
  }
}
