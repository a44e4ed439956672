/**
 * A peer: both halves of one connection after its handshake. Either side may call the other.
 */
import { CodecError } from "../codec/codec-error.ts";
import { decodeMessage } from "../codec.ts";
import { EnvelopeError, type Envelope, readEnvelope } from "../envelope/read.ts";
import { writeClose } from "../envelope/write.ts";
import { type Principal, type WelcomeLimits, ownLimits } from "../handshake.ts";
import { maxBacklogBytes } from "../limits.ts";
import type { MethodTable, ParamsOf, ResultOf } from "../method.ts";
import { type Outcome, type Refusal, accepted } from "../outcome.ts";
import type { CloseReason, Receiver, Transport } from "../transport.ts";
import type { Fault, Handlers } from "./call.ts";
import { type Clock, systemClock } from "./clock.ts";
import { IncomingCalls } from "./incoming-calls.ts";
import { OutgoingRequests, type RequestOptions, type WatchHandlers } from "./outgoing-requests.ts";
import { Wire } from "./wire.ts";

/** An open subscription at its reader. */
export interface Watch<Result> {
  readonly subscription: number;
  readonly result: Result;
  /** Leaves the subscription; no handler is called afterwards. */
  close(): void;
}

export interface Peer<Calls extends MethodTable = MethodTable> {
  /** Who is at the other end, if it had to say so. */
  readonly principal: Principal | undefined;
  /** Resolves once, when the connection is over; never rejects. */
  readonly closed: Promise<CloseReason>;
  /**
   * Never rejects: a closed connection is `unavailable`, a passed deadline `timeout`, too many
   * requests or unsent bytes `busy`, an aborted signal `interrupted`.
   */
  request<M extends keyof Calls & string>(
    method: M,
    params: ParamsOf<Calls, M>,
    options?: RequestOptions,
  ): Promise<Outcome<ResultOf<Calls, M>>>;
  /** A request whose handler opens a subscription; ends with the connection. */
  watch<M extends keyof Calls & string>(
    method: M,
    params: ParamsOf<Calls, M>,
    handlers: WatchHandlers,
    options?: RequestOptions,
  ): Promise<Outcome<Watch<ResultOf<Calls, M>>>>;
  /** Sends what was given, then closes; a refusal, if any, is told to the other side. */
  close(refusal?: Refusal): void;
}

export interface PeerOptions<Serves extends MethodTable, Calls extends MethodTable> {
  readonly transport: Transport;
  readonly serves: Serves;
  readonly handlers: Handlers<Serves, Calls>;
  /** The method table of the other side. */
  readonly calls: Calls;
  readonly principal?: Principal;
  /** The bounds that the other side named in its welcome. */
  readonly limits?: WelcomeLimits;
  readonly clock?: Clock;
  /**
   * Handlers that threw, answers that could not be sent. Without it a fault is a rejection that
   * nobody handles, which ends a process: right for who serves nothing, so that it has none.
   */
  readonly onFault?: (fault: Fault) => void;
}

/** Starts to serve and to call over an open connection. */
export function createPeer<Serves extends MethodTable, Calls extends MethodTable>(
  options: PeerOptions<Serves, Calls>,
): Peer<Calls> {
  return new LinkedPeer<Calls>(options);
}

class LinkedPeer<Calls extends MethodTable> implements Peer<Calls>, Receiver {
  readonly principal: Principal | undefined;
  readonly closed: Promise<CloseReason>;
  readonly #wire: Wire;
  readonly #incoming: IncomingCalls<Calls>;
  readonly #outgoing: OutgoingRequests;
  readonly #resolveClosed: (reason: CloseReason) => void;

  constructor(options: PeerOptions<MethodTable, Calls>) {
    const limits = options.limits ?? ownLimits;
    const onFault = options.onFault ?? raiseFault;
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.principal = options.principal;
    this.closed = promise;
    this.#resolveClosed = resolve;
    const maxFrameBytes = Math.min(limits.maxFrameBytes, ownLimits.maxFrameBytes);
    this.#wire = new Wire(maxFrameBytes, () => this.#overflow());
    this.#incoming = new IncomingCalls({ ...options, wire: this.#wire, peer: this, onFault });
    this.#outgoing = new OutgoingRequests({
      wire: this.#wire,
      calls: options.calls,
      clock: options.clock ?? systemClock,
      maxPending: limits.maxPendingRequests,
      onFault: (error, method) => onFault({ method, error }),
    });
    this.#wire.attach(options.transport(this));
  }

  request<M extends keyof Calls & string>(
    method: M,
    params: ParamsOf<Calls, M>,
    options: RequestOptions = {},
  ): Promise<Outcome<ResultOf<Calls, M>>> {
    return this.#outgoing.request(method, params, options).outcome as Promise<
      Outcome<ResultOf<Calls, M>>
    >;
  }

  async watch<M extends keyof Calls & string>(
    method: M,
    params: ParamsOf<Calls, M>,
    handlers: WatchHandlers,
    options: RequestOptions = {},
  ): Promise<Outcome<Watch<ResultOf<Calls, M>>>> {
    const { id, outcome } = this.#outgoing.request(method, params, options, handlers);
    const opened = (await outcome) as Outcome<ResultOf<Calls, M>>;
    if (!opened.ok) return opened;
    const close = (): void => this.#outgoing.leave(id);
    return accepted({ subscription: id, result: opened.value, close });
  }

  close(refusal?: Refusal): void {
    const reason: CloseReason = { by: "local", message: refusal?.message ?? "closed by this side" };
    this.#close(refusal === undefined ? reason : { ...reason, refusal }, refusal);
  }

  onMessage(payload: Uint8Array): void {
    if (!this.#wire.open) return;
    let envelope: Envelope;
    try {
      envelope = readEnvelope(decodeMessage(payload));
    } catch (error) {
      return this.#breach(error);
    }
    this.#dispatch(envelope);
  }

  onDrain(): void {
    this.#incoming.drain();
  }

  onClose(reason: CloseReason): void {
    this.#close(reason, undefined);
  }

  #dispatch(envelope: Envelope): void {
    switch (envelope.kind) {
      case "request":
        return this.#incoming.receive(envelope);
      case "result":
        return this.#outgoing.receive(envelope.id, accepted(envelope.result));
      case "error":
        return this.#outgoing.receive(envelope.id, { ok: false, error: envelope.error });
      case "event":
        return this.#outgoing.receiveEvent(envelope.subscription, envelope.seq, envelope.data);
      case "gap":
        return this.#outgoing.receiveGap(envelope.subscription, envelope.gap, envelope.snapshot);
      case "end":
        return this.#outgoing.receiveEnd(envelope.subscription, envelope.error);
      case "cancel":
        return this.#incoming.cancel(envelope.id);
      case "close": {
        const { error } = envelope;
        return this.#close({ by: "remote", message: error.message, refusal: error }, undefined);
      }
      default:
        return envelope satisfies never;
    }
  }

  /** The other side broke the protocol: say how, and close. */
  #breach(error: unknown): void {
    if (!(error instanceof CodecError || error instanceof EnvelopeError)) throw error;
    const refusal: Refusal = { code: "invalid_request", message: error.message };
    this.#close({ by: "fault", message: error.message, refusal, error }, refusal);
  }

  #overflow(): void {
    const message = `the other side has not read ${maxBacklogBytes} bytes`;
    this.#close({ by: "fault", message, refusal: { code: "busy", message } }, undefined);
  }

  #close(reason: CloseReason, tell: Refusal | undefined): void {
    if (!this.#wire.open) return;
    if (tell !== undefined) this.#wire.send(writeClose(tell));
    this.#wire.close(reason);
    this.#outgoing.close(`the connection closed: ${reason.message}`);
    this.#incoming.close();
    this.#resolveClosed(reason);
  }
}

/** Not thrown: it must not break the loop that reads frames for everybody else. */
export function raiseFault({ method, error }: Fault): void {
  void Promise.reject(new Error(`${method} failed, and nobody asked to be told`, { cause: error }));
}
