/**
 * The log read from the outside, batch by batch as it becomes durable: its chain, its order, its
 * commands, and what it says of claims, pods and runs. Reports whatever must not be.
 */
import { createHash } from "node:crypto";
import type { LogEvent } from "../../../packages/coordinator/src/core/event.ts";
import type { Batch, StoredBatch } from "../../../packages/coordinator/src/log/log.ts";
import { ClaimsModel, type ClaimEntry } from "./claims-model.ts";
import type { Entry, Report } from "./entry.ts";
import { PodsModel, type PodEntry } from "./pods-model.ts";
import { RunsModel, type RunEntry } from "./runs-model.ts";
import { SessionsModel, type SessionEntry } from "./sessions-model.ts";
import { TasksModel, type TaskEntry } from "./tasks-model.ts";

/** The one place in the log where a command took effect. */
export interface CommandFacts {
  readonly firstSeq: number;
  lastSeq: number;
  readonly actor: string;
  answer: unknown;
}

export class LogModel {
  readonly pods: PodsModel;
  readonly claims: ClaimsModel;
  readonly sessions: SessionsModel;
  readonly tasks: TasksModel;
  readonly commands = new Map<string, CommandFacts>();
  readonly kinds = new Map<string, number>();
  readonly #runs: RunsModel;
  readonly #report: Report;
  readonly #isSoleWriter: boolean;
  #seq = 0;
  #atMs = 0;
  #hash = "0".repeat(64);

  /**
   * With one writer, what is due is ended before anything else happens. A second writer may still
   * be at an earlier log time, and grant what is due already by the time of the first.
   */
  constructor(report: Report, { isSoleWriter }: { readonly isSoleWriter: boolean }) {
    this.#isSoleWriter = isSoleWriter;
    this.#report = (invariant, how) => report(invariant, `seq ${this.#seq}: ${how}`);
    this.sessions = new SessionsModel(this.#report);
    this.pods = new PodsModel(this.sessions, this.#report);
    this.claims = new ClaimsModel(this.pods, this.#report);
    this.tasks = new TasksModel(
      {
        hasEnded: (id) => this.pods.hasEnded(id),
        skillsOf: (id) => this.sessions.skillsOf(id),
      },
      this.#report,
    );
    this.#runs = new RunsModel(this.pods, this.claims, this.#report);
  }

  get atMs(): number {
    return this.#atMs;
  }

  /** Reads one record, as it was decoded from its bytes. */
  read(record: Batch): void {
    this.#checkLink(record);
    for (const event of record.events) this.#apply(event, record.firstSeq);
    if (this.#seq !== record.lastSeq) this.#report("A1", `the record ends at ${record.lastSeq}`);
    this.pods.checkRest();
    const dueByMs = this.#isSoleWriter ? this.#atMs : -Infinity;
    this.claims.checkRest(dueByMs);
    this.tasks.checkRest(dueByMs);
    this.#runs.checkRest();
  }

  #checkLink({ firstSeq, prevHash, hash, payload }: StoredBatch): void {
    const digest = createHash("sha256").update(`${prevHash}:${firstSeq}:`).update(payload);
    if (firstSeq !== this.#seq + 1) this.#report("A1", `the next record begins at ${firstSeq}`);
    if (prevHash !== this.#hash) this.#report("A1", `${firstSeq} continues another record`);
    if (digest.digest("hex") !== hash) this.#report("A1", `${firstSeq} does not match its hash`);
    this.#hash = hash;
  }

  #apply(event: LogEvent, batchSeq: number): void {
    if (event.seq !== this.#seq + 1) this.#report("A1", `followed by ${event.seq}`);
    if (event.atMs < this.#atMs) this.#report("A1", `log time falls to ${event.atMs}`);
    this.#seq = event.seq;
    this.#atMs = event.atMs;
    this.kinds.set(event.kind, (this.kinds.get(event.kind) ?? 0) + 1);
    this.#noteCommand(event, batchSeq);
    const id = event.subject.slice(event.subject.indexOf(":") + 1);
    const { commandId = null, answer } = event;
    const entry = { ...event, id, batchSeq, commandId, answer } as Entry;
    this.#dispatch(entry);
  }

  #dispatch(entry: Entry): void {
    if (entry.kind.startsWith("claim.")) return this.claims.apply(entry as ClaimEntry);
    if (/^(pod|scope)\./.test(entry.kind)) {
      if (entry.kind === "pod.turn_admitted") this.#runs.admitted(entry);
      this.pods.apply(entry as PodEntry);
      if (entry.kind === "pod.spawned") this.#runs.spawned(entry);
      if (entry.kind === "pod.turn_ended") this.claims.turnsEnded.add(entry.id);
      return;
    }
    if (entry.kind.startsWith("task.")) return this.tasks.apply(entry as TaskEntry);
    if (entry.kind.startsWith("registration.")) return this.sessions.apply(entry as SessionEntry);
    if (/^(run|merge|inbox)\./.test(entry.kind)) this.#runs.apply(entry as RunEntry);
  }

  /** All events of one command lie side by side: it took effect once, whole. */
  #noteCommand(event: LogEvent, batchSeq: number): void {
    // A refusal is decided again at each repeat, so a denial may be told twice: it changes nothing.
    if (event.commandId === undefined || event.kind === "request.denied") return;
    const key = commandKey(event.commandId);
    const known = this.commands.get(key);
    const { seq } = event;
    const actor = event.actor.id;
    if (known === undefined) {
      this.commands.set(key, { firstSeq: seq, lastSeq: seq, actor, answer: event.answer });
      return;
    }
    if (known.lastSeq !== seq - 1 || known.firstSeq < batchSeq) {
      this.#report("A1", `command ${key} takes effect twice, first at ${known.firstSeq}`);
    }
    known.lastSeq = seq;
    known.answer ??= event.answer;
  }
}

export function commandKey({ client, n }: { readonly client: string; readonly n: number }): string {
  return `${client}#${n}`;
}
