/**
 * A workspace under test: the real rules, driven one command at a time as a replica drives them.
 * After every command it checks the invariants and that each event fits the protocol.
 */
import assert from "node:assert/strict";
import { logEventData } from "@podlane/protocol";
import type { HostId, LogEventKind, Refusal, ResultOf } from "@podlane/protocol";
import type { Decision } from "../../src/core/command.ts";
import { type Actor, type LogEvent, type NewEvent, toldByEvent } from "../../src/core/event.ts";
import { checkInvariants } from "../../src/core/invariants.ts";
import { tickMethod } from "../../src/core/rules.ts";
import type { WorkspaceState } from "../../src/core/state.ts";
import { Undo } from "../../src/core/undo.ts";
import type { MethodName, Methods } from "../../src/core/decider.ts";
import type { QueryName, acceptMethod } from "../../src/core/workspace-rules.ts";
import { workspaceRules } from "../../src/core/workspace-rules.ts";

export const operator: Actor = { role: "operator", id: "operator" };
export const system: Actor = { role: "system", id: "clock" };
export const host: Actor = { role: "host", id: "local" };
export const client = (id: string): Actor => ({ role: "client", id });

export interface Step {
  readonly answer: unknown;
  readonly refusal: Refusal | null;
  readonly events: readonly LogEvent[];
  readonly kinds: readonly string[];
}

/** What a method answers; of an internal one, nothing is said. */
type AnswerOf<M> = M extends MethodName ? ResultOf<Methods, M> : unknown;

const maxRounds = 50;

export class World {
  readonly state: WorkspaceState = workspaceRules.initial();
  readonly log: LogEvent[] = [];
  nowMs = 1_000_000;
  /** The host beside the replica that is asked. */
  nearHost: HostId | undefined;

  send(actor: Actor, method: string, params: unknown = {}): Step {
    const step = this.quickly(actor, method, params);
    assert.deepEqual(checkInvariants(this.state), []);
    return step;
  }

  /** As `send`, for crowds: the invariants look at all there is, pair by pair. */
  quickly(actor: Actor, method: string, params: unknown = {}): Step {
    const undo = new Undo();
    const first = this.log.length;
    const near = this.nearHost === undefined ? {} : { nearHost: this.nearHost };
    const context = () => ({ nowMs: this.nowMs, nextSeq: this.log.length + 1, ...near });
    const decision = workspaceRules.decide(this.state, { method, params, actor }, context());
    this.#append(decision.events ?? [], actor, undo);
    for (let round = 0; ; round += 1) {
      const events = workspaceRules.advance(this.state, context());
      if (events.length === 0) break;
      if (round === maxRounds) throw new Error(`${method} never comes to rest`);
      this.#append(events, actor, undo);
    }
    const events = this.log.slice(first);
    const answer = decision.ok ? this.#answerOf(decision.answer, events[0]) : null;
    const refusal = decision.ok ? null : decision.error;
    return { answer, refusal, events, kinds: events.map((event) => event.kind) };
  }

  #answerOf(
    answer: Extract<Decision<WorkspaceState>, { ok: true }>["answer"],
    first: LogEvent | undefined,
  ): unknown {
    if (answer !== toldByEvent) return answer(this.state);
    assert.ok(first, "an answer that no event tells");
    return workspaceRules.tell(this.state, first);
  }

  /** As `send`, for commands that set the scene: a refusal fails the test. */
  must<M extends MethodName | typeof acceptMethod>(
    actor: Actor,
    method: M,
    params?: unknown,
  ): AnswerOf<M> {
    const step = this.send(actor, method, params);
    assert.equal(step.refusal, null);
    return step.answer as AnswerOf<M>;
  }

  read<M extends QueryName>(method: M, params: unknown = {}): AnswerOf<M> {
    const command = { method, params, actor: operator };
    const outcome = workspaceRules.read(this.state, command, { nowMs: this.nowMs });
    if (!outcome.ok) throw new Error(outcome.error.message);
    return outcome.value as AnswerOf<M>;
  }

  /** Log time passes, with a tick each second as a replica would make it. */
  pass(ms: number): Step {
    const events: LogEvent[] = [];
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs = Math.min(endMs, this.nowMs + 1_000);
      events.push(...this.send(system, tickMethod).events);
    }
    return { answer: null, refusal: null, events, kinds: events.map((event) => event.kind) };
  }

  #append(events: readonly NewEvent[], actor: Actor, undo: Undo): void {
    for (const event of events) {
      const schema = logEventData[event.kind as LogEventKind];
      assert.equal(schema.safeParse(event.data).error, undefined, event.kind);
      const { kind, subject, data, v = 1 } = event;
      const logged = { seq: this.log.length + 1, atMs: this.nowMs, v, kind, subject, actor, data };
      this.log.push(logged);
      workspaceRules.evolve(this.state, logged, undo);
    }
  }
}

/** given(what has happened).when(a command): the step to look at. */
export function given(scene: (world: World) => void) {
  const world = new World();
  scene(world);
  return {
    when: (actor: Actor, method: string, params?: unknown): Step =>
      world.send(actor, method, params),
  };
}
