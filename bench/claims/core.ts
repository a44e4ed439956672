/**
 * What claims cost in the rules alone: decide, evolve and consequences, without log, codec and
 * sockets. One process, one thread; the figures are microseconds a command.
 */
import {
  type Actor,
  type LogEvent,
  type NewEvent,
  toldByEvent,
} from "../../packages/coordinator/src/core/event.ts";
import type { WorkspaceState } from "../../packages/coordinator/src/core/state.ts";
import { Undo } from "../../packages/coordinator/src/core/undo.ts";
import { workspaceRules } from "../../packages/coordinator/src/core/workspace-rules.ts";
import { AcquireClaim } from "../../packages/protocol/src/index.ts";

interface Answer {
  readonly claim: { readonly id: string; readonly fence: number | null };
}

/** The rules driven one command at a time, as a replica drives them, with a clock that stands. */
export class BareCore {
  readonly #state: WorkspaceState = workspaceRules.initial();
  readonly #undo = new Undo();
  #seq = 0;
  /** Subject of the last `claim.granted`. */
  granted = "";

  acquire(actor: Actor, params: AcquireClaim): Answer["claim"] {
    return (this.#send(actor, "claim.acquire", params) as Answer).claim;
  }

  release(actor: Actor, claim: string): void {
    this.#send(actor, "claim.release", { claim });
  }

  #send(actor: Actor, method: string, params: unknown): unknown {
    const decision = workspaceRules.decide(
      this.#state,
      { method, params, actor },
      { nowMs: 1, nextSeq: this.#seq + 1 },
    );
    if (!decision.ok) throw new Error(`${method}: ${decision.error.message}`);
    const first = this.#evolve(decision.events, actor);
    for (;;) {
      const news = workspaceRules.advance(this.#state, { nowMs: 1, nextSeq: this.#seq + 1 });
      if (news.length === 0) break;
      this.#evolve(news, actor);
    }
    const { answer: told } = decision;
    const answer =
      told === toldByEvent
        ? workspaceRules.tell(this.#state, first as LogEvent)
        : told(this.#state);
    this.#undo.forget();
    return answer;
  }

  /** The first of the events. */
  #evolve(news: readonly NewEvent[], actor: Actor): LogEvent | undefined {
    let first: LogEvent | undefined;
    for (const { kind, subject, data } of news) {
      this.#seq += 1;
      const event: LogEvent = { seq: this.#seq, atMs: 1, v: 1, kind, subject, actor, data };
      first ??= event;
      workspaceRules.evolve(this.#state, event, this.#undo);
      if (kind === "claim.granted") this.granted = subject.slice("claim:".length);
    }
    return first;
  }
}

export const clientActor = (n: number): Actor => ({ role: "client", id: `w${n}` });

/** Acquire and release of free units: the path of W1. */
export function pairUs(pairs: number): number {
  const core = new BareCore();
  const actors = Array.from({ length: 64 }, (_, n) => clientActor(n));
  const requests = actors.map((_, n) =>
    AcquireClaim.parse({ units: [`src/dir${n % 8}/f${n}.ts`] }),
  );
  const started = process.cpuUsage();
  for (let at = 0; at < pairs; at += 1) {
    const actor = actors[at % 64] as Actor;
    const { id } = core.acquire(actor, requests[at % 64] as AcquireClaim);
    core.release(actor, id);
  }
  return cpuUs(started) / pairs;
}

/** One release, the hand-off it causes, and the releaser queueing again behind `claimants`. */
export function handOffUs(claimants: number, rounds: number): number {
  const core = new BareCore();
  const actors = Array.from({ length: claimants }, (_, n) => clientActor(n));
  const request = AcquireClaim.parse({ units: ["file:hot"], wait: { deadlineMs: 60_000 } });
  const owner = new Map<string, Actor>();
  const queue = (actor: Actor): string => {
    const { id } = core.acquire(actor, request);
    owner.set(id, actor);
    return id;
  };
  let holder = actors.map(queue)[0] ?? "";
  const started = process.cpuUsage();
  for (let at = 0; at < rounds; at += 1) {
    const actor = owner.get(holder) as Actor;
    core.release(actor, holder);
    owner.delete(holder);
    queue(actor);
    holder = core.granted;
  }
  return cpuUs(started) / rounds;
}

/** Time on a processor, so that what else the machine does counts less. */
function cpuUs(since: NodeJS.CpuUsage): number {
  return process.cpuUsage(since).user;
}
