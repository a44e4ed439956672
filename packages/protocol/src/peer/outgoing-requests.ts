/**
 * The calling half of a peer: requests that wait for an answer, each with a deadline, and the
 * subscriptions they opened. Every request ends in exactly one outcome; none rejects.
 */
import type { Gap } from "../envelope.ts";
import { writeCancel, writeRequest } from "../envelope/write.ts";
import type { CommandId } from "../ids.ts";
import { maxDeadlineMs, maxPendingRequests } from "../limits.ts";
import type { MethodTable } from "../method.ts";
import { type Outcome, type Refusal, refused } from "../outcome.ts";
import type { Clock } from "./clock.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import type { Wire } from "./wire.ts";

export interface RequestOptions {
  /** Default: the method's own; at most `maxDeadlineMs`. */
  readonly deadlineMs?: number;
  readonly commandId?: CommandId;
  /** Ends the request with `interrupted`, and tells the other side that nobody waits. */
  readonly signal?: AbortSignal;
}

/** Who gets a subscription's events. They may come in the tick of the answer, but never before. */
export interface WatchHandlers {
  onEvent(seq: number, data: unknown): void;
  /** Events were dropped; `snapshot`, if the publisher has one, holds them all. */
  onGap(gap: Gap, snapshot: unknown): void;
  /** Nothing more will come: the publisher ended it, or (`unavailable`) the connection closed. */
  onEnd(error: Refusal | undefined): void;
}

interface OutgoingRequest {
  readonly method: string;
  readonly params: unknown;
  readonly options: RequestOptions;
  readonly watch: WatchHandlers | undefined;
}

interface Pending {
  readonly method: string;
  readonly deadlineMs: number;
  readonly deadline: number;
  settle(outcome: Outcome<unknown>): void;
}

export interface OutgoingContext {
  readonly wire: Wire;
  readonly calls: MethodTable;
  readonly clock: Clock;
  readonly maxPending: number;
  onFault(error: unknown, method: string): void;
}

export class OutgoingRequests {
  readonly #context: OutgoingContext;
  readonly #pending = new Map<number, Pending>();
  readonly #watches = new Map<number, WatchHandlers>();
  readonly #deadlines: DeadlineTimer;
  readonly #maxPending: number;
  #lastId = 0;

  constructor(context: OutgoingContext) {
    this.#context = context;
    this.#maxPending = Math.min(context.maxPending, maxPendingRequests);
    this.#deadlines = new DeadlineTimer(context.clock, (now) => this.#expire(now));
  }

  request(
    method: string,
    params: unknown,
    options: RequestOptions,
    watch?: WatchHandlers,
  ): { readonly id: number; readonly outcome: Promise<Outcome<unknown>> } {
    const id = (this.#lastId += 1);
    const outcome = new Promise<Outcome<unknown>>((resolve) => {
      const refusal = this.#send(id, { method, params, options, watch }, resolve);
      if (refusal !== undefined) resolve(refusal);
    });
    return { id, outcome };
  }

  /** An answer to a request that ended before, by deadline or signal, is dropped. */
  receive(id: number, outcome: Outcome<unknown>): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (!outcome.ok) this.#watches.delete(id);
    pending.settle(outcome);
  }

  receiveEvent(subscription: number, seq: number, data: unknown): void {
    const watch = this.#watches.get(subscription);
    if (watch !== undefined) this.#guard(() => watch.onEvent(seq, data));
  }

  receiveGap(subscription: number, gap: Gap, snapshot: unknown): void {
    const watch = this.#watches.get(subscription);
    if (watch !== undefined) this.#guard(() => watch.onGap(gap, snapshot));
  }

  receiveEnd(subscription: number, error: Refusal | undefined): void {
    const watch = this.#watches.get(subscription);
    this.#watches.delete(subscription);
    if (watch !== undefined) this.#guard(() => watch.onEnd(error));
  }

  /** Leaves a subscription; the other side then stops publishing. */
  leave(id: number): void {
    if (this.#watches.delete(id)) this.#context.wire.send(writeCancel(id));
  }

  /** Ends everything that waits with `unavailable`, at once. */
  close(message: string): void {
    this.#deadlines.stop();
    const outcome = refused("unavailable", message);
    for (const pending of this.#pending.values()) pending.settle(outcome);
    this.#pending.clear();
    const watches = [...this.#watches.values()];
    this.#watches.clear();
    for (const watch of watches) {
      this.#guard(() => watch.onEnd({ code: "unavailable", message }));
    }
  }

  #send(
    id: number,
    { method, params, options, watch }: OutgoingRequest,
    resolve: (outcome: Outcome<unknown>) => void,
  ): Outcome<never> | undefined {
    const { wire, calls } = this.#context;
    const entry = calls[method];
    if (entry === undefined) return refused("unsupported", `${method} is not in the method table`);
    const refusal = this.#refuse(method, options.signal);
    if (refusal !== undefined) return refusal;
    const request = { id, method, params, commandId: options.commandId };
    const error = wire.send(writeRequest(request, entry.hot));
    if (error !== undefined) {
      const code = error.code === "too_large" ? "too_large" : "invalid_request";
      return refused(code, `${method} cannot be sent: ${error.message}`);
    }
    if (!wire.open) return refused("unavailable", "the connection closed while sending");
    const deadlineMs = Math.min(options.deadlineMs ?? entry.deadlineMs, maxDeadlineMs);
    const deadline = this.#deadlines.include(deadlineMs);
    const settle = settleOnce(options.signal, resolve, () => this.#cancel(id, givenUp(method)));
    this.#pending.set(id, { method, deadlineMs, deadline, settle });
    if (watch !== undefined) this.#watches.set(id, watch);
    return undefined;
  }

  #refuse(method: string, signal: AbortSignal | undefined): Outcome<never> | undefined {
    if (!this.#context.wire.open) return refused("unavailable", "the connection is closed");
    if (signal?.aborted === true) return givenUp(method);
    if (this.#pending.size + this.#watches.size >= this.#maxPending) {
      return refused("busy", `${this.#maxPending} requests wait for an answer: wait for some`);
    }
    if (this.#context.wire.congested) return refused("busy", "the other side reads too slowly");
    return undefined;
  }

  /** Ends a request that nobody waits for any more, and says so to the other side. */
  #cancel(id: number, outcome: Outcome<never>): void {
    if (this.#pending.has(id)) this.#context.wire.send(writeCancel(id));
    this.receive(id, outcome);
  }

  #expire(now: number): number {
    let next = Infinity;
    for (const [id, pending] of this.#pending) {
      if (pending.deadline > now) next = Math.min(next, pending.deadline);
      else this.#cancel(id, timedOut(pending));
    }
    return next;
  }

  #guard(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#context.onFault(error, "watch");
    }
  }
}

/** `resolve`, which also stops listening to the caller's signal. */
function settleOnce(
  signal: AbortSignal | undefined,
  resolve: (outcome: Outcome<unknown>) => void,
  onAbort: () => void,
): (outcome: Outcome<unknown>) => void {
  if (signal === undefined) return resolve;
  signal.addEventListener("abort", onAbort, { once: true });
  return (outcome) => {
    signal.removeEventListener("abort", onAbort);
    resolve(outcome);
  };
}

function givenUp(method: string): Outcome<never> {
  return refused("interrupted", `the caller of ${method} gave up`);
}

function timedOut({ method, deadlineMs }: Pending): Outcome<never> {
  return refused("timeout", `${method} was not answered within ${deadlineMs} ms`);
}
