/**
 * The work queue as the log tells of it: one list of tasks, every question a scan. Whether a task
 * may begin is worked out from its dependencies each time, and not remembered.
 */
import type { Entry, Report } from "./entry.ts";

export type TaskEntry = Extract<Entry, { kind: `task.${string}` }>;
type Of<K extends TaskEntry["kind"]> = Extract<Entry, { kind: K }>;

export interface TaskFacts {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly priority: number;
  readonly needs: readonly string[];
  readonly dependsOn: readonly string[];
  readonly policy: "cancel" | "keep" | "run_anyway";
  readonly deadlineMs: number;
  readonly maxAttempts: number;
  readonly submittedBy: string;
  status: string;
  attempts: number;
  claim: TaskClaim | null;
  /** Every status it had, each from a seq on. */
  readonly statuses: { readonly status: string; readonly seq: number }[];
}

export interface TaskClaim {
  readonly task: TaskFacts;
  readonly holder: string;
  readonly fence: number;
  readonly leaseMs: number;
  untilMs: number;
  toSeq: number;
}

/** A task could be claimed after the event at `fromSeq` and until that at `toSeq`. */
export interface ReadySpan {
  readonly task: TaskFacts;
  readonly fromSeq: number;
  toSeq: number;
}

/** What tasks need to know of those who work. */
export interface Workers {
  hasEnded(registration: string): boolean;
  skillsOf(registration: string): readonly string[];
}

export class TasksModel {
  readonly byId = new Map<string, TaskFacts>();
  readonly open = new Set<TaskFacts>();
  /** By token. */
  readonly claims = new Map<number, TaskClaim>();
  readonly ready: ReadySpan[] = [];
  readonly #readyNow = new Map<TaskFacts, ReadySpan>();
  readonly #workers: Workers;
  readonly #report: Report;

  constructor(workers: Workers, report: Report) {
    this.#workers = workers;
    this.#report = report;
  }

  apply(entry: TaskEntry): void {
    this.#take(entry);
    for (const task of this.open) {
      const isReady = task.status === "pending" && this.#before(task).length === 0;
      const span = this.#readyNow.get(task);
      if (isReady && span === undefined) this.#setReady(task, entry.seq);
      else if (!isReady) this.#setBusy(task, entry.seq);
    }
  }

  /** What must hold between two batches. */
  checkRest(atMs: number): void {
    for (const task of this.open) {
      const { id, claim, deadlineMs } = task;
      if (claim !== null && this.#workers.hasEnded(claim.holder)) {
        this.#report("Q2", `${id} is not taken back from ${claim.holder}, which has ended`);
      }
      const dueMs = Math.min(claim?.untilMs ?? Infinity, deadlineMs);
      if (dueMs <= atMs) this.#report("L3", `${id} was due at ${dueMs}, it is ${atMs}`);
      const isDoomed =
        task.policy === "cancel" && task.dependsOn.some((one) => this.#hasFailed(one));
      if (isDoomed) this.#report("Q3", `${id} lives on after what it depends on failed`);
    }
  }

  #take(entry: TaskEntry): void {
    switch (entry.kind) {
      case "task.submitted":
        return this.#submit(entry);
      case "task.claimed":
        return this.#claim(entry);
      case "task.renewed":
        return this.#renew(entry);
      case "task.returned":
      case "task.dead_lettered":
        return this.#giveBack(entry);
      case "task.completed":
      case "task.failed":
        return this.#finish(entry);
      case "task.cancelled":
        return this.#cancel(entry);
      case "task.blocked":
        return this.#block(entry);
      default:
        return entry satisfies never;
    }
  }

  #submit({ id, seq, data: { task, submittedBy } }: Of<"task.submitted">): void {
    const unknown = task.dependsOn.filter((one) => !this.byId.has(one));
    if (unknown.length > 0) this.#report("Q3", `${id} depends on ${unknown.join()}, not known`);
    const facts: TaskFacts = {
      id,
      seq,
      type: task.taskType,
      priority: task.priority,
      needs: task.agentRequirements.capabilities,
      dependsOn: task.dependsOn,
      policy: task.onDependencyFailure,
      deadlineMs: task.deadlineMs ?? Infinity,
      maxAttempts: task.maxAttempts,
      submittedBy,
      status: "pending",
      attempts: 0,
      claim: null,
      statuses: [{ status: "pending", seq }],
    };
    if (this.byId.has(id)) this.#report("Q1", `${id} is there twice`);
    this.byId.set(id, facts);
    this.open.add(facts);
  }

  #claim(entry: Of<"task.claimed">): void {
    const task = this.#known(entry);
    if (task === null) return;
    const { seq: fence, atMs, data } = entry;
    const { holder, leaseMs } = data;
    const expect = (holds: boolean, name: string, how: string) => {
      if (!holds) this.#report(name, `${holder} claims ${task.id}: ${how}`);
    };
    expect(task.status === "pending", "Q1", `it is ${task.status} by ${task.claim?.holder}`);
    expect(this.#before(task).length === 0, "Q3", `${this.#before(task).join()} is not done`);
    expect(!this.#workers.hasEnded(holder), "Q2", "it has ended");
    expect(task.attempts < task.maxAttempts, "Q2", `it was tried ${task.attempts} times`);
    const skills = this.#workers.skillsOf(holder);
    expect(
      task.needs.every((need) => skills.includes(need)),
      "fit",
      `it needs ${task.needs.join()}`,
    );
    task.attempts += 1;
    this.#endClaim(task, fence);
    task.claim = { task, holder, fence, leaseMs, untilMs: atMs + leaseMs, toSeq: Infinity };
    this.claims.set(fence, task.claim);
    this.#setStatus(task, "claimed", fence);
  }

  /** A lease that has run out is not brought back. */
  #renew({ atMs, data }: Of<"task.renewed">): void {
    for (const { claim } of this.open) {
      if (claim?.holder !== data.holder || claim.untilMs <= atMs) continue;
      claim.untilMs = atMs + claim.leaseMs;
    }
  }

  /** Q2: once for each claim whose lease ran out or whose worker has ended, and for no other. */
  #giveBack(entry: Of<"task.returned" | "task.dead_lettered">): void {
    const task = this.#known(entry);
    if (task === null) return;
    const { claim } = task;
    if (claim === null) return this.#report("Q2", `${task.id} returns, and nobody has it`);
    const isRight =
      entry.data.how === "lease_expired"
        ? claim.untilMs <= entry.atMs
        : this.#workers.hasEnded(claim.holder);
    if (!isRight) this.#report("Q2", `${task.id} is taken from ${claim.holder}: ${entry.data.how}`);
    const isLast = entry.kind === "task.dead_lettered";
    if (isLast !== task.attempts >= task.maxAttempts) {
      const { attempts, maxAttempts } = task;
      this.#report(
        "Q2",
        `${entry.kind} of ${task.id} after ${attempts} of ${maxAttempts} attempts`,
      );
    }
    if (isLast) return this.#end(task, "dead_lettered", entry.seq);
    this.#endClaim(task, entry.seq);
    this.#setStatus(task, "pending", entry.seq);
  }

  /** L3: by its worker in time, or by time itself once the deadline has passed. */
  #finish(entry: Of<"task.completed" | "task.failed">): void {
    const task = this.#known(entry);
    if (task === null) return;
    const { actor, atMs, seq } = entry;
    if (entry.kind === "task.failed" && actor.role === "system") {
      if (task.deadlineMs > atMs) this.#report("L3", `${task.id} times out before its deadline`);
    } else if (task.claim?.holder !== actor.id) {
      const whose = task.claim?.holder ?? "nobody";
      this.#report("Q1", `${actor.id} ends ${task.id}, which ${whose} has`);
    } else if (Math.min(task.claim.untilMs, task.deadlineMs) <= atMs) {
      this.#report("L3", `${actor.id} ends ${task.id} after its lease or deadline`);
    }
    this.#end(task, entry.kind === "task.completed" ? "completed" : "failed", seq);
  }

  #cancel(entry: Of<"task.cancelled">): void {
    const task = this.#known(entry);
    if (task === null) return;
    const { role, id } = entry.actor;
    const mayCancel = role === "operator" || id === task.submittedBy || id === task.claim?.holder;
    if (!mayCancel) this.#report("L3", `${id} cancels ${task.id} of ${task.submittedBy}`);
    this.#end(task, "cancelled", entry.seq);
  }

  #block(entry: Of<"task.blocked">): void {
    const task = this.#known(entry);
    if (task === null) return;
    const { failed } = entry.data;
    const isCause = task.dependsOn.includes(failed) && this.#hasFailed(failed);
    if (!isCause || task.policy !== "cancel" || task.claim !== null) {
      this.#report("Q3", `${task.id} (${task.policy}) ends because of ${failed}`);
    }
    this.#end(task, "blocked_by_failure", entry.seq);
  }

  /** What is still to be done before a task. */
  #before({ dependsOn, policy }: TaskFacts): string[] {
    return dependsOn.filter((id) => {
      if (this.byId.get(id)?.status === "completed") return false;
      return policy !== "run_anyway" || !this.#hasFailed(id);
    });
  }

  #hasFailed(id: string): boolean {
    const task = this.byId.get(id);
    return task !== undefined && !this.open.has(task) && task.status !== "completed";
  }

  #known(entry: TaskEntry): TaskFacts | null {
    const task = this.byId.get(entry.id);
    if (task !== undefined && this.open.has(task)) return task;
    this.#report("Q1", `${entry.kind} of ${entry.id}, which is ${task?.status ?? "not known"}`);
    return null;
  }

  #end(task: TaskFacts, status: string, seq: number): void {
    this.#endClaim(task, seq);
    this.#setBusy(task, seq);
    this.#setStatus(task, status, seq);
    this.open.delete(task);
  }

  #endClaim(task: TaskFacts, seq: number): void {
    if (task.claim !== null) task.claim.toSeq = seq;
    task.claim = null;
  }

  #setStatus(task: TaskFacts, status: string, seq: number): void {
    task.status = status;
    task.statuses.push({ status, seq });
  }

  #setReady(task: TaskFacts, fromSeq: number): void {
    const span = { task, fromSeq, toSeq: Infinity };
    this.#readyNow.set(task, span);
    this.ready.push(span);
  }

  #setBusy(task: TaskFacts, toSeq: number): void {
    const span = this.#readyNow.get(task);
    if (span !== undefined) span.toSeq = toSeq;
    this.#readyNow.delete(task);
  }
}
