/**
 * Plan runs, merges and the operator's inbox as the log tells of them.
 */
import type { Entry, Report } from "./entry.ts";
import type { ClaimsModel } from "./claims-model.ts";
import type { PodsModel } from "./pods-model.ts";

type RunKind = Extract<Entry["kind"], `run.${string}` | `merge.${string}` | `inbox.${string}`>;
export type RunEntry = Extract<Entry, { kind: RunKind }>;

interface Run {
  readonly dependsOn: ReadonlyMap<string, readonly string[]>;
  readonly limit: number;
  readonly tasks: Map<string, string>;
  /** It drains: only turns that had begun go on. */
  isDraining: boolean;
}

interface Merge {
  readonly base: string;
  readonly pod: string;
  state: "queued" | "checking" | "merging" | "ready" | "over";
  isApproved: boolean;
}

/** Turns at once outside of any run: `docs` of admission, not read from the rules. */
const turnsOutsideRuns = 5;

export class RunsModel {
  readonly #pods: PodsModel;
  readonly #claims: ClaimsModel;
  readonly #report: Report;
  readonly #runs = new Map<string, Run>();
  readonly #merges = new Map<string, Merge>();
  /** The last event in the operator's inbox of each pod. */
  readonly #marks = new Map<string, number>();

  constructor(pods: PodsModel, claims: ClaimsModel, report: Report) {
    this.#pods = pods;
    this.#claims = claims;
    this.#report = report;
  }

  apply(entry: RunEntry): void {
    switch (entry.kind) {
      case "run.submitted":
        return this.#submit(entry);
      case "run.task_changed":
        this.#runs.get(entry.id)?.tasks.set(entry.data.task, entry.data.state);
        return;
      case "run.resumed":
        return this.#reopen(entry.id);
      case "run.draining":
        return this.#drain(entry.id, true);
      case "merge.enqueued":
      case "merge.started":
      case "merge.ready":
      case "merge.approved":
      case "merge.merged":
      case "merge.blocked":
      case "merge.cancelled":
        return this.#merge(entry);
      case "inbox.received":
        return this.#receive(entry);
      case "inbox.acknowledged":
      case "run.paused":
      case "run.cancelled":
      case "run.ended":
        return;
      default:
        return entry satisfies never;
    }
  }

  /** A pod was spawned: for a task it must be the only one, and its time must have come. */
  spawned({ data }: Extract<Entry, { kind: "pod.spawned" }>): void {
    const { runId, taskId } = data.spec;
    if (data.parent !== null || runId === null || taskId === null) return;
    const run = this.#runs.get(runId);
    const early = run?.dependsOn.get(taskId)?.find((task) => run.tasks.get(task) !== "done");
    if (early !== undefined) this.#report("Q3", `${taskId} of ${runId} begins before ${early}`);
    const rivals = this.#pods.living().filter((pod) => {
      return pod.topLevel && pod.runId === runId && pod.taskId === taskId && pod.id !== data.id;
    });
    if (rivals.length > 0)
      this.#report("Q1", `${taskId} of ${runId} has ${rivals.length + 1} pods`);
    const pause = this.#claims.heldPauseOf(data.spec.claims, null);
    if (pause !== undefined)
      this.#report("pause", `${taskId} of ${runId} begins under ${pause.id}`);
    run?.tasks.set(taskId, "running");
  }

  /** A turn is about to be admitted: nobody whose turn it is stands behind. */
  admitted({ id }: Extract<Entry, { kind: "pod.turn_admitted" }>): void {
    const pod = this.#pods.byId.get(id);
    if (pod === undefined) return;
    const isDraining = this.#runs.get(pod.runId ?? "")?.isDraining === true;
    const rival = this.#pods.firstBefore(pod, ({ turn }) => !isDraining || turn?.resumed === true);
    if (rival !== undefined) this.#report("turns", `${id} is admitted before ${rival.id}`);
  }

  checkRest(): void {
    const running = new Map<string, number>();
    for (const pod of this.#pods.living()) {
      if (pod.turn?.phase !== "running") continue;
      running.set(pod.runId ?? "", (running.get(pod.runId ?? "") ?? 0) + 1);
    }
    for (const [group, count] of running) {
      const limit = group === "" ? turnsOutsideRuns : (this.#runs.get(group)?.limit ?? Infinity);
      if (count > limit) this.#report("turns", `${count} run in "${group}" of ${limit}`);
    }
  }

  #submit(entry: Extract<Entry, { kind: "run.submitted" }>): void {
    const { tasks, maxConcurrentAgents: limit } = entry.data.plan;
    if (this.#runs.has(entry.id)) this.#report("Q1", `${entry.id} is submitted twice`);
    const dependsOn = new Map<string, readonly string[]>(
      tasks.map((task) => [task.id, task.dependsOn]),
    );
    this.#runs.set(entry.id, { dependsOn, limit, tasks: new Map(), isDraining: false });
  }

  /** What did not succeed is tried again. */
  #reopen(id: string): void {
    this.#drain(id, false);
    const tasks = this.#runs.get(id)?.tasks;
    for (const [task, state] of tasks ?? []) if (state !== "done") tasks?.delete(task);
  }

  #drain(id: string, isDraining: boolean): void {
    const run = this.#runs.get(id);
    if (run !== undefined) run.isDraining = isDraining;
  }

  #merge(entry: Extract<Entry, { kind: `merge.${string}` }>): void {
    if (entry.kind === "merge.enqueued") {
      const base = entry.data.base ?? `detached ${entry.data.runId}`;
      const isApproved = entry.data.mode === "auto";
      const { pod } = entry.data;
      this.#merges.set(entry.id, { base, pod, state: "queued", isApproved });
      return;
    }
    const merge = this.#merges.get(entry.id);
    if (merge === undefined) return this.#report("M1", `${entry.kind} of unknown ${entry.id}`);
    const expect = (holds: boolean, how: string) => {
      if (!holds) this.#report("M1", `${entry.kind} of ${entry.id}: ${how}, it is ${merge.state}`);
    };
    const executes = merge.state === "checking" || merge.state === "merging";
    switch (entry.kind) {
      case "merge.started": {
        const rivals = [...this.#merges].filter(([id, other]) => {
          const isExecuting = other.state === "checking" || other.state === "merging";
          return id !== entry.id && other.base === merge.base && isExecuting;
        });
        expect(rivals.length === 0, `${rivals.map(([id]) => id).join()} executes on its base`);
        expect(merge.state === "queued", "it does not queue");
        expect(!entry.data.land || merge.isApproved, "nobody approved it");
        this.#checkPause(entry.id, merge.pod);
        merge.state = entry.data.land ? "merging" : "checking";
        return;
      }
      case "merge.ready":
        expect(executes, "it does not execute");
        merge.state = merge.isApproved ? "queued" : "ready";
        return;
      case "merge.approved":
        merge.isApproved = true;
        if (merge.state === "ready") merge.state = "queued";
        return;
      case "merge.merged":
        expect(merge.state === "merging", "it does not land");
        merge.state = "over";
        return;
      case "merge.blocked":
        expect(executes, "it does not execute");
        merge.state = "over";
        return;
      case "merge.cancelled":
        expect(merge.state === "queued", "it does not queue");
        merge.state = "over";
        return;
      default:
        return entry satisfies never;
    }
  }

  #checkPause(id: string, pod: string): void {
    const pause = this.#claims.heldPauseOf(this.#pods.byId.get(pod)?.claims ?? [], pod);
    if (pause !== undefined) this.#report("pause", `${id} of ${pod} executes under ${pause.id}`);
  }

  /** E1 as far as the log carries it: one pod's events in order, without gap or repeat. */
  #receive({ data: { event } }: Extract<Entry, { kind: "inbox.received" }>): void {
    const before = this.#marks.get(event.podId) ?? 0;
    if (event.seq !== before + 1) {
      this.#report("E1", `event ${event.seq} of ${event.podId} comes after its ${before}`);
    }
    this.#marks.set(event.podId, event.seq);
  }
}
