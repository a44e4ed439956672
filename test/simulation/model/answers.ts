/**
 * Whether an answer can be true: there must be a place in the log, between the call and its answer,
 * at which what it says was so. That is linearizability, asked of one answer at a time.
 */
import type { ClaimView, Outcome } from "@podlane/protocol";
import { toldByEvent } from "../../../packages/coordinator/src/core/event.ts";
import { isDeepStrictEqual } from "node:util";
import type { Answered } from "../world/cluster.ts";
import type { ClaimSpan } from "./claims-model.ts";
import type { Report } from "./entry.ts";
import { commandKey, type LogModel } from "./log-model.ts";
import { overlaps } from "./overlap.ts";
import { TaskAnswers } from "./task-answers.ts";

/** These may change nothing: then they leave no record, and a late repeat is decided anew. */
const mayLeaveNoRecord: ReadonlySet<string> = new Set([
  "claim.renew",
  "claim.acquire",
  "run.submit",
  "run.cancel",
  "task.submit",
  "task.claim",
  "task.renew",
  "run.submit",
]);

export class Answers {
  readonly #model: LogModel;
  readonly #report: Report;
  readonly #tasks: TaskAnswers;
  /** The latest log time of any replica: what an answer may have counted as expired. */
  readonly #latestMs: () => number;

  constructor(model: LogModel, latestMs: () => number, report: Report) {
    this.#model = model;
    this.#tasks = new TaskAnswers(model.tasks, model.sessions, latestMs);
    this.#latestMs = latestMs;
    this.#report = report;
  }

  judge(answered: Answered): void {
    const { outcome, method, actor } = answered;
    if (!outcome.ok && outcome.error.code === "internal") {
      return this.#report("R1", `${method} of ${actor.id}: ${outcome.error.message}`);
    }
    this.#judgeRecord(answered);
    const problem = this.#problemOf(answered);
    if (problem === null) return;
    const { fromSeq, toSeq } = answered;
    const what = outcome.ok ? JSON.stringify(outcome.value) : outcome.error.code;
    const when = `between ${fromSeq} and ${toSeq}`;
    const call = `${method} ${JSON.stringify(answered.params)} of ${actor.id}`;
    this.#report("linearizability", `${call} → ${what}: ${problem} ${when}`);
  }

  /** An accepted command is on the log by now, with this very answer, if it is there at all. */
  #judgeRecord({ commandId, outcome, fromSeq, method }: Answered): void {
    if (commandId === undefined) return;
    const facts = this.#model.commands.get(commandKey(commandId));
    if (facts === undefined || facts.answer === undefined) return;
    const key = commandKey(commandId);
    if (facts.firstSeq <= fromSeq) this.#report("A1", `${key} is on the log before it was sent`);
    if (mayLeaveNoRecord.has(method)) return;
    // What an event tells is asked of it each time; that it is true is judged by the method.
    if (facts.answer === toldByEvent) return;
    if (outcome.ok && !isDeepStrictEqual(outcome.value, facts.answer)) {
      this.#report("A1", `${key} ${method} is answered otherwise than its first time`);
    }
  }

  #problemOf(answered: Answered): string | null {
    switch (answered.method) {
      case "claim.acquire":
        return this.#acquire(answered);
      case "claim.release":
        return this.#release(answered);
      case "claim.renew":
        return this.#renew(answered);
      case "claim.list":
        return this.#list(answered);
      case "pod.spawn":
        return this.#spawn(answered);
      case "pod.get":
        return this.#get(answered);
      default:
        return this.#tasks.problemOf(answered);
    }
  }

  #acquire(answered: Answered): string | null {
    const { outcome, actor } = answered;
    const spans = this.#within(answered);
    if (outcome.ok) {
      const { claim } = outcome.value as { claim: ClaimView };
      const found = spans.some((span) => isShownBy(span, claim) && span.holder === actor.id);
      return found ? null : "the log has no such claim";
    }
    if (outcome.error.code !== "conflict") return null;
    const { units, mode = "exclusive" } = answered.params as {
      units: string[];
      mode?: ClaimSpan["mode"];
    };
    const wanted = { holder: actor.id, mode, units };
    for (let seq = answered.fromSeq; seq <= answered.toSeq; seq += 1) {
      if (this.#model.claims.stoodBefore(wanted, seq)) return null;
    }
    return "nothing stood in its way";
  }

  #release(answered: Answered): string | null {
    const { outcome, actor } = answered;
    const { claim: id, fence } = answered.params as { claim: string; fence?: number };
    const spans = this.#model.claims.spans.filter((span) => span.id === id);
    const last = spans.at(-1);
    if (outcome.ok) {
      const isOver = last !== undefined && last.toSeq <= answered.toSeq;
      return isOver ? null : "the claim goes on";
    }
    if (outcome.error.code !== "stale_token") return null;
    const live = spans.filter((span) => isWithin(span, answered));
    const isCurrent = (span: ClaimSpan) => {
      const isExpired = (span.expiresAtMs ?? Infinity) <= this.#latestMs();
      return (fence === undefined || span.fence === fence) && !isExpired;
    };
    const isLiveThroughout = last !== undefined && last.toSeq > answered.toSeq;
    const isAlwaysCurrent = isLiveThroughout && live.length > 0 && live.every(isCurrent);
    const wasAsked = live.some(
      (span) => span.holder === actor.id && span.fromSeq <= answered.fromSeq,
    );
    return isAlwaysCurrent && wasAsked ? "the token was current all the time" : null;
  }

  #renew(answered: Answered): string | null {
    if (!answered.outcome.ok) return null;
    const { renewed } = answered.outcome.value as { renewed: readonly string[] };
    const spans = this.#within(answered).filter((span) => {
      return span.holder === answered.actor.id && span.fence !== null;
    });
    for (let seq = answered.fromSeq; seq <= answered.toSeq; seq += 1) {
      const held = spans.filter((span) => span.fromSeq <= seq && seq < span.toSeq);
      const sure = held.filter((span) => (span.expiresAtMs ?? Infinity) > this.#latestMs());
      const isComplete = sure.every(({ id }) => renewed.includes(id));
      if (isComplete && renewed.every((id) => held.some((span) => span.id === id))) return null;
    }
    return "it never held just these";
  }

  #list(answered: Answered): string | null {
    const { outcome } = answered;
    if (!outcome.ok) return null;
    const { units } = answered.params as { units?: readonly string[] };
    const { claims } = outcome.value as { claims: readonly ClaimView[] };
    const spans = this.#within(answered).filter((span) => {
      return units === undefined || span.units.some((a) => units.some((b) => overlaps(a, b)));
    });
    const shown = claims
      .map(({ id, fence }) => `${id}:${fence}`)
      .toSorted()
      .join();
    for (let seq = answered.fromSeq; seq <= answered.toSeq; seq += 1) {
      const live = spans.filter((span) => span.fromSeq <= seq && seq < span.toSeq);
      if (
        live
          .map(({ id, fence }) => `${id}:${fence}`)
          .toSorted()
          .join() === shown
      )
        return null;
    }
    return "these were never the claims";
  }

  #spawn({ outcome }: Answered): string | null {
    return this.#isKnownPod(outcome) ? null : "the log has no such pod";
  }

  #get({ outcome, toSeq, fromSeq }: Answered): string | null {
    if (!outcome.ok) return null;
    const { pod } = outcome.value as { pod: { id: string } };
    const facts = this.#model.pods.byId.get(pod.id);
    if (facts === undefined || facts.seq > toSeq) return "the log has no such pod";
    return fromSeq > toSeq ? "the log has shrunk" : null;
  }

  #isKnownPod(outcome: Outcome<unknown>): boolean {
    if (!outcome.ok) return true;
    const { pod } = outcome.value as { pod: { id: string } };
    return this.#model.pods.byId.has(pod.id);
  }

  /** Spans of claims that were true at some time between call and answer. */
  #within(answered: Answered): ClaimSpan[] {
    return this.#model.claims.spans.filter((span) => isWithin(span, answered));
  }
}

function isWithin(span: ClaimSpan, { fromSeq, toSeq }: Answered): boolean {
  return span.fromSeq <= toSeq && span.toSeq > fromSeq;
}

function isShownBy(span: ClaimSpan, claim: ClaimView): boolean {
  return span.id === claim.id && span.fence === claim.fence;
}
