/**
 * The serving half of a peer: finds the method, parses its params once, runs its handler, answers.
 */
import { type IncomingRequest, nameParams } from "../envelope/read.ts";
import { writeResponse } from "../envelope/write.ts";
import { maxPendingRequests, maxReportedIssues } from "../limits.ts";
import type { Method, MethodTable } from "../method.ts";
import { type Outcome, refused } from "../outcome.ts";
import { type Call, type Fault, IncomingCall } from "./call.ts";
import type { Peer } from "./peer.ts";
import { Publication, type Subscription, type SubscriptionOptions } from "./publication.ts";
import type { Wire } from "./wire.ts";

type Answer = Outcome<unknown> | Promise<Outcome<unknown>>;

/** A handler whose params have been parsed by its own method's schema. */
type ParsedHandler<Calls extends MethodTable> = (params: unknown, call: Call<Calls>) => Answer;

interface ServedMethod<Calls extends MethodTable> {
  readonly method: Method;
  readonly handle: ParsedHandler<Calls>;
}

export interface IncomingOptions<Calls extends MethodTable> {
  readonly wire: Wire;
  readonly peer: Peer<Calls>;
  readonly serves: MethodTable;
  readonly handlers: Readonly<Record<string, unknown>>;
  readonly onFault: (fault: Fault) => void;
}

export class IncomingCalls<Calls extends MethodTable> {
  readonly #wire: Wire;
  readonly #peer: Peer<Calls>;
  readonly #onFault: (fault: Fault) => void;
  readonly #methods: ReadonlyMap<string, ServedMethod<Calls>>;
  readonly #running = new Map<number, IncomingCall<Calls>>();
  readonly #publications = new Map<number, Publication>();

  constructor(options: IncomingOptions<Calls>) {
    this.#wire = options.wire;
    this.#peer = options.peer;
    this.#onFault = options.onFault;
    this.#methods = servedMethods(options.serves, options.handlers);
  }

  receive(request: IncomingRequest): void {
    const { id, positional } = request;
    const served = this.#methods.get(request.method);
    if (served === undefined) return this.#reply(id, unknownMethod(request.method), positional);
    const refusal = this.#refuse(request, served);
    if (refusal !== undefined) return this.#reply(id, refusal, positional);
    const { hot, params } = served.method;
    const parsed = params.safeParse(
      positional && hot !== undefined ? nameParams(hot, request.params) : request.params,
    );
    if (!parsed.success) {
      return this.#reply(id, invalidParams(request.method, parsed.error.issues), positional);
    }
    this.#run(new IncomingCall(request, this.#peer, this.#openSubscription), served, parsed.data);
  }

  /** The caller gave up on a request, or left the subscription that it opened. */
  cancel(id: number): void {
    this.#running.get(id)?.abort();
    this.#publications.get(id)?.abandon();
  }

  /** The link takes bytes again. */
  drain(): void {
    for (const publication of this.#publications.values()) publication.drain();
  }

  close(): void {
    for (const call of this.#running.values()) call.abort();
    for (const publication of this.#publications.values()) publication.abandon();
  }

  #refuse(request: IncomingRequest, served: ServedMethod<Calls>): Outcome<never> | undefined {
    if (request.positional && served.method.hot === undefined) {
      return refused("invalid_request", `${request.method} has no positional form: send a map`);
    }
    if (this.#running.size + this.#publications.size >= maxPendingRequests) {
      return refused("busy", `${maxPendingRequests} requests are in progress: wait for answers`);
    }
    if (this.#wire.congested) return refused("busy", "too many answers are unread: read them");
    if (this.#running.has(request.id) || this.#publications.has(request.id)) {
      return refused("invalid_request", `request ${request.id} is in progress: use a new id`);
    }
    return undefined;
  }

  #run(call: IncomingCall<Calls>, served: ServedMethod<Calls>, params: unknown): void {
    let answer: Answer;
    try {
      answer = served.handle(params, call);
    } catch (error) {
      return this.#fail(call, error);
    }
    if (!isPromise(answer)) return this.#finish(call, answer);
    this.#running.set(call.id, call);
    void answer.then(
      (outcome) => this.#finish(call, outcome),
      (error: unknown) => this.#fail(call, error),
    );
  }

  #finish(call: IncomingCall<Calls>, outcome: Outcome<unknown>): void {
    this.#running.delete(call.id);
    if (!call.aborted) this.#reply(call.id, outcome, call.positional);
    const publication = this.#publications.get(call.id);
    if (publication === undefined) return;
    if (outcome.ok && !call.aborted) publication.start();
    else publication.abandon();
  }

  #fail(call: IncomingCall<Calls>, error: unknown): void {
    this.#onFault({ method: call.method, error });
    this.#finish(call, refused("internal", `${call.method} failed: see the log of the other side`));
  }

  #reply(id: number, outcome: Outcome<unknown>, positional: boolean): void {
    const error = this.#wire.send(writeResponse(id, outcome, positional));
    if (error === undefined) return;
    this.#onFault({ method: "response", error });
    const code = error.code === "too_large" ? "too_large" : "internal";
    const refusal = refused(code, `the answer could not be sent: ${error.message}`);
    this.#wire.send(writeResponse(id, refusal, positional));
  }

  readonly #openSubscription = (
    call: IncomingCall<Calls>,
    options: SubscriptionOptions,
  ): Subscription => {
    const open = this.#publications.get(call.id);
    if (open !== undefined) throw new Error(`${call.method} opened its subscription twice`);
    const context = {
      wire: this.#wire,
      positional: call.positional,
      onFault: (error: unknown) => this.#onFault({ method: call.method, error }),
      onEnd: (id: number) => void this.#publications.delete(id),
    };
    const publication = new Publication(call.id, context, options);
    this.#publications.set(call.id, publication);
    if (call.aborted) publication.abandon();
    return publication;
  };
}

function servedMethods<Calls extends MethodTable>(
  serves: MethodTable,
  handlers: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, ServedMethod<Calls>> {
  const methods = new Map<string, ServedMethod<Calls>>();
  for (const [name, method] of Object.entries(serves)) {
    const handle = handlers[name];
    if (typeof handle !== "function") throw new TypeError(`${name} has no handler: add one`);
    methods.set(name, { method, handle: handle.bind(handlers) as ParsedHandler<Calls> });
  }
  return methods;
}

function isPromise(answer: Answer): answer is Promise<Outcome<unknown>> {
  return typeof (answer as Partial<Promise<unknown>>).then === "function";
}

function unknownMethod(method: string): Outcome<never> {
  const message = `a method of this side expected, found ${method}: it may need an upgrade`;
  return refused("unsupported", message);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function invalidParams(method: string, issues: readonly Issue[]): Outcome<never> {
  const named = issues.slice(0, maxReportedIssues).map(({ path, message }) => ({
    path: path.map(String).join("."),
    message,
  }));
  const list = named.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return refused("invalid_request", `params of ${method}: ${list.join("; ")}`, { issues: named });
}
