/**
 * The work queue as somebody would write it who did not care how long it takes: one list, scanned
 * for everything. What it says is what the real one must say.
 */
export type Policy = "cancel" | "keep" | "run_anyway";

export interface ModelTask {
  readonly id: string;
  readonly type: string;
  readonly priority: number;
  readonly needs: readonly string[];
  readonly dependsOn: readonly string[];
  readonly policy: Policy;
  readonly deadlineMs: number | null;
  readonly maxAttempts: number;
  status: string;
  claim: { readonly holder: string; readonly leaseMs: number; untilMs: number } | null;
  attempts: number;
}

export type NewModelTask = Omit<ModelTask, "status" | "claim" | "attempts">;

const isOpen = (task: ModelTask) => task.status === "pending" || task.status === "claimed";

export class QueueModel {
  /** In the order of submission. */
  readonly tasks: ModelTask[] = [];
  nowMs: number;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  submit(task: NewModelTask): void {
    this.tasks.push({ ...task, status: "pending", claim: null, attempts: 0 });
    this.#cascade();
  }

  /** The id of the task that the holder gets, or null. */
  claim(
    holder: string,
    can: readonly string[],
    type: string | null,
    leaseMs: number,
  ): string | null {
    const fit = this.tasks.filter(
      (task) =>
        task.status === "pending" &&
        (type === null || task.type === type) &&
        task.needs.every((need) => can.includes(need)) &&
        task.dependsOn.every((id) => this.#standsAside(id, task.policy)),
    );
    const [first] = fit.toSorted((a, b) => a.priority - b.priority);
    if (first === undefined) return null;
    first.status = "claimed";
    first.attempts += 1;
    first.claim = { holder, leaseMs, untilMs: this.nowMs + leaseMs };
    return first.id;
  }

  complete(holder: string, id: string, success: boolean): boolean {
    const task = this.tasks.find((one) => one.id === id && one.claim?.holder === holder);
    if (task === undefined) return false;
    this.#end(task, success ? "completed" : "failed");
    return true;
  }

  cancel(id: string): boolean {
    const task = this.tasks.find((one) => one.id === id && isOpen(one));
    if (task !== undefined) this.#end(task, "cancelled");
    return task !== undefined;
  }

  renew(holder: string): number {
    const held = this.tasks.filter((task) => task.claim?.holder === holder);
    for (const { claim } of held) if (claim !== null) claim.untilMs = this.nowMs + claim.leaseMs;
    return held.length;
  }

  die(holder: string): void {
    for (const task of this.tasks) if (task.claim?.holder === holder) this.#giveBack(task);
  }

  /** A second of time. */
  tick(ms: number): void {
    this.nowMs += ms;
    for (const task of this.tasks) {
      if (!isOpen(task)) continue;
      if (task.deadlineMs !== null && task.deadlineMs <= this.nowMs) this.#end(task, "failed");
      else if (task.claim !== null && task.claim.untilMs <= this.nowMs) this.#giveBack(task);
    }
  }

  #giveBack(task: ModelTask): void {
    if (task.attempts >= task.maxAttempts) return this.#end(task, "dead_lettered");
    task.status = "pending";
    task.claim = null;
  }

  #end(task: ModelTask, status: string): void {
    task.status = status;
    task.claim = null;
    this.#cascade();
  }

  /** Until nothing changes any more. */
  #cascade(): void {
    const doomed = this.tasks.find(
      (task) =>
        task.status === "pending" &&
        task.policy === "cancel" &&
        task.dependsOn.some((id) => this.#hasFailed(id)),
    );
    if (doomed !== undefined) this.#end(doomed, "blocked_by_failure");
  }

  #standsAside(id: string, policy: Policy): boolean {
    const task = this.tasks.find((one) => one.id === id);
    return task?.status === "completed" || (policy === "run_anyway" && this.#hasFailed(id));
  }

  #hasFailed(id: string): boolean {
    const task = this.tasks.find((one) => one.id === id);
    return task !== undefined && !isOpen(task) && task.status !== "completed";
  }
}
