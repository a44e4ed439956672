/**
 * What a handler gets beside its params, and the type of a set of handlers.
 */
import type { Principal } from "../handshake.ts";
import type { CommandId } from "../ids.ts";
import type { MethodTable, ParsedParamsOf, ResultOf } from "../method.ts";
import type { Outcome } from "../outcome.ts";
import type { Peer } from "./peer.ts";
import type { Subscription, SubscriptionOptions } from "./publication.ts";

/** One request as its handler sees it. */
export interface Call<Calls extends MethodTable = MethodTable> {
  readonly id: number;
  readonly method: string;
  readonly commandId: CommandId | undefined;
  /** Aborted when the caller gives up or the connection closes; mutations may ignore it. */
  readonly signal: AbortSignal;
  /** The peer that the request came from. */
  readonly peer: Peer<Calls>;
  readonly principal: Principal | undefined;
  /**
   * Makes this request the opening of a subscription; once a call, before it is answered. Events
   * leave after the answer; a refusal discards the subscription.
   */
  openSubscription(options?: SubscriptionOptions): Subscription;
}

/**
 * One handler a method: a refusal is returned, a thrown error is a fault and answers `internal`.
 */
export type Handlers<Serves extends MethodTable, Calls extends MethodTable = MethodTable> = {
  readonly [M in keyof Serves]: (
    params: ParsedParamsOf<Serves, M>,
    call: Call<Calls>,
  ) => Outcome<ResultOf<Serves, M>> | Promise<Outcome<ResultOf<Serves, M>>>;
};

/** A handler that threw, or an answer or event that could not be encoded. */
export interface Fault {
  readonly method: string;
  readonly error: unknown;
}

/** A call in progress; the signal is made only for handlers that look at it. */
export class IncomingCall<Calls extends MethodTable> implements Call<Calls> {
  readonly id: number;
  readonly method: string;
  readonly commandId: CommandId | undefined;
  readonly positional: boolean;
  readonly peer: Peer<Calls>;
  readonly #open: (call: IncomingCall<Calls>, options: SubscriptionOptions) => Subscription;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(
    request: CallRequest,
    peer: Peer<Calls>,
    open: (call: IncomingCall<Calls>, options: SubscriptionOptions) => Subscription,
  ) {
    this.id = request.id;
    this.method = request.method;
    this.commandId = request.commandId;
    this.positional = request.positional;
    this.peer = peer;
    this.#open = open;
  }

  get principal(): Principal | undefined {
    return this.peer.principal;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  openSubscription(options: SubscriptionOptions = {}): Subscription {
    return this.#open(this, options);
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}

interface CallRequest {
  readonly id: number;
  readonly method: string;
  readonly commandId: CommandId | undefined;
  readonly positional: boolean;
}
