/**
 * Whether an answer of the work queue can be true: at some place in the log between the call and
 * its answer, what it says was so.
 */
import type { Outcome, Task } from "@podlane/protocol";
import type { Answered } from "../world/cluster.ts";
import type { SessionsModel } from "./sessions-model.ts";
import type { ReadySpan, TaskClaim, TaskFacts, TasksModel } from "./tasks-model.ts";

interface ClaimAnswer {
  readonly task: Task | null;
  readonly fence: number | null;
  readonly reason: string | null;
}

export class TaskAnswers {
  readonly #tasks: TasksModel;
  readonly #sessions: SessionsModel;
  readonly #latestMs: () => number;

  constructor(tasks: TasksModel, sessions: SessionsModel, latestMs: () => number) {
    this.#tasks = tasks;
    this.#sessions = sessions;
    this.#latestMs = latestMs;
  }

  /** Null if it can be, and for every other method. */
  problemOf(answered: Answered): string | null {
    switch (answered.method) {
      case "registration.register":
        return this.#register(answered);
      case "task.submit":
        return this.#submit(answered);
      case "task.claim":
        return this.#claim(answered);
      case "task.complete":
        return this.#complete(answered);
      case "task.cancel":
        return this.#cancel(answered);
      case "task.renew":
        return this.#renew(answered);
      case "task.get":
        return this.#get(answered);
      default:
        return null;
    }
  }

  #register({ outcome }: Answered): string | null {
    if (!outcome.ok) return null;
    const { registration } = outcome.value as { registration: { id: string } };
    return this.#sessions.isKnown(registration.id) ? null : "the log has no such registration";
  }

  #submit({ outcome, actor, params, fromSeq }: Answered): string | null {
    if (outcome.ok) {
      const task = this.#tasks.byId.get(taskOf(outcome).id);
      return task?.submittedBy === actor.id ? null : "the log has no such task of it";
    }
    if (outcome.error.code !== "not_found") return null;
    const { dependsOn } = params as { dependsOn: readonly string[] };
    const wasKnown = (id: string) => (this.#tasks.byId.get(id)?.seq ?? Infinity) <= fromSeq;
    const isThere = !this.#sessions.hasEnded(actor.id);
    return isThere && dependsOn.every(wasKnown) ? "all it depends on was known" : null;
  }

  #claim(answered: Answered): string | null {
    const { outcome, actor, fromSeq, toSeq } = answered;
    if (!outcome.ok) return null;
    const { task, fence, reason } = outcome.value as ClaimAnswer;
    if (task === null) return this.#noTask(answered, reason);
    const claim = this.#tasks.claims.get(fence ?? 0);
    if (claim?.task.id !== task.id || claim.holder !== actor.id) return "the log has no such claim";
    if (claim.fence <= fromSeq || claim.fence > toSeq) return "the claim is of another time";
    const before = this.#fitFor(answered)
      .filter((span) => isAt(span, claim.fence - 1))
      .find((span) => isBefore(span.task, claim.task));
    return before === undefined ? null : `${before.task.id} was before it`;
  }

  /** Nothing to do, at all or for the likes of it. */
  #noTask(answered: Answered, reason: string | null): string | null {
    const fit = this.#fitFor(answered);
    const all = this.#tasks.ready.filter((span) => isWanted(span.task, answered));
    for (let seq = answered.fromSeq; seq <= answered.toSeq; seq += 1) {
      if (fit.some((span) => isAt(span, seq))) continue;
      const isUnmet = all.some((span) => isAt(span, seq));
      if (isUnmet === (reason === "requirements_unmet")) return null;
    }
    return "there was always something to claim, or never anything else";
  }

  #complete(answered: Answered): string | null {
    const { outcome, actor, params } = answered;
    const { task: id, fence } = params as { task: string; fence?: number };
    if (outcome.ok) return this.#ended(answered, id);
    const claims = [...this.#tasks.claims.values()].filter((claim) => {
      const isOwn = claim.task.id === id && claim.holder === actor.id;
      return isOwn && (fence === undefined || claim.fence === fence);
    });
    const wasCurrent = claims.some((claim) => this.#isCurrent(claim, answered));
    return wasCurrent ? "its claim was current all the time" : null;
  }

  #cancel(answered: Answered): string | null {
    const { outcome, params } = answered;
    return outcome.ok ? this.#ended(answered, (params as { task: string }).task) : null;
  }

  /** The log has it ended by now, as the answer says. */
  #ended({ outcome, toSeq }: Answered, id: string): string | null {
    if (!outcome.ok) return null;
    const { status } = outcome.value as { status: string };
    const last = this.#tasks.byId.get(id)?.statuses.at(-1);
    return last?.status === status && last.seq <= toSeq ? null : `it is ${last?.status}`;
  }

  #renew({ outcome, actor, fromSeq, toSeq }: Answered): string | null {
    if (!outcome.ok) return null;
    const { renewed } = outcome.value as { renewed: number };
    const own = [...this.#tasks.claims.values()].filter(({ holder }) => holder === actor.id);
    for (let seq = fromSeq; seq <= toSeq; seq += 1) {
      const held = own.filter((claim) => claim.fence <= seq && seq < claim.toSeq);
      const sure = held.filter(({ untilMs }) => untilMs > this.#latestMs());
      if (sure.length <= renewed && renewed <= held.length) return null;
    }
    return "it never had so many";
  }

  #get({ outcome, fromSeq, toSeq }: Answered): string | null {
    if (!outcome.ok) return null;
    const { id, status } = taskOf(outcome);
    const statuses = this.#tasks.byId.get(id)?.statuses ?? [];
    const found = statuses.some((one, at) => {
      const untilSeq = statuses[at + 1]?.seq ?? Infinity;
      return one.status === status && one.seq <= toSeq && untilSeq > fromSeq;
    });
    return found ? null : "that was never its status";
  }

  /** Ready tasks that the caller asked for and can do. */
  #fitFor(answered: Answered): ReadySpan[] {
    const skills = this.#sessions.skillsOf(answered.actor.id);
    return this.#tasks.ready.filter(({ task }) => {
      return isWanted(task, answered) && task.needs.every((need) => skills.includes(need));
    });
  }

  /** In force from the call to its answer, by anybody's log time. */
  #isCurrent({ fence, toSeq, untilMs, task }: TaskClaim, answered: Answered): boolean {
    const isLive = fence <= answered.fromSeq && toSeq > answered.toSeq;
    return isLive && Math.min(untilMs, task.deadlineMs) > this.#latestMs();
  }
}

function taskOf(outcome: Outcome<unknown> & { readonly ok: true }): Task {
  return (outcome.value as { task: Task }).task;
}

function isWanted({ type }: TaskFacts, { params }: Answered): boolean {
  const { taskTypes } = params as { taskTypes?: readonly string[] };
  return taskTypes === undefined || taskTypes.includes(type);
}

function isAt({ fromSeq, toSeq }: ReadySpan, seq: number): boolean {
  return fromSeq <= seq && seq < toSeq;
}

/** The order of the queue: priority first, then age. */
function isBefore(a: TaskFacts, b: TaskFacts): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.seq < b.seq);
}
