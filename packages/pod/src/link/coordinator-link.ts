/**
 * A pod's connection to the coordinator: found through `coordinator.json`, kept open, opened again
 * with jittered backoff for ever. Mutations carry command ids, so a repeat after a lost answer is
 * harmless. Grants and admissions of this pod arrive here.
 */
import { randomUUID } from "node:crypto";
import {
  type ClaimId,
  type ClaimView,
  type CoordinatorMethods,
  coordinatorMethods,
  coordinatorPushMethods,
  type CommandId,
  type ErrorCode,
  type HelloInput,
  type Outcome,
  type ParamsOf,
  type ParsedParamsOf,
  type Peer,
  refused,
  type ResultOf,
  accepted,
} from "@podlane/protocol";
import { dial, readCoordinatorFile, retryDelayMs } from "@podlane/protocol/node";

type Method = keyof CoordinatorMethods;
export type LostTask = ParsedParamsOf<typeof coordinatorPushMethods, "task.lost">;

export interface CoordinatorLinkOptions {
  readonly coordinatorFile: string;
  readonly hello: HelloInput;
  /** Subject whose log events `onEvent` gets. */
  readonly subject: string;
  readonly onEvent: (event: unknown) => void;
  /** A claim this pod waited for is granted; answering accepts it. */
  readonly onGrant: (claim: ClaimView) => void;
  /** A task that this pod works on is not its any more. */
  readonly onTaskLost: (lost: LostTask) => void;
  /** A claim of this pod has ended unasked. */
  readonly onLost: (claim: ClaimId) => void;
  readonly onChange: (state: "lost" | "found") => void;
}

export interface AskOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** Between a closing coordinator's last answers and the end of its connections. */
const closingGraceMs = 200;
/** The coordinator suspects who has not been heard three times in a row. */
const heartbeatEveryMs = 10_000;
const reconnect = { attempts: Number.POSITIVE_INFINITY, baseMs: 50, maxMs: 2_000 };

export class CoordinatorLink {
  readonly #options: CoordinatorLinkOptions;
  readonly #client = randomUUID();
  #commands = 0;
  #peer: Peer<CoordinatorMethods> | null = null;
  #closed = false;
  #lost = false;
  readonly #waiters = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #heartbeats: NodeJS.Timeout | null = null;

  constructor(options: CoordinatorLinkOptions) {
    this.#options = options;
  }

  /** Starts to connect; resolves after the first attempt, whatever came of it. */
  async open(): Promise<void> {
    await this.#connect(0);
  }

  get connected(): boolean {
    return this.#peer !== null;
  }

  /** One try over the present connection: `unavailable` at once when there is none. */
  ask<M extends Method>(
    method: M,
    params: ParamsOf<CoordinatorMethods, M>,
    options: AskOptions = {},
  ): Promise<Outcome<ResultOf<CoordinatorMethods, M>>> {
    return this.#request(method, params, { ...options, commandId: this.#nextCommand() });
  }

  /**
   * Repeats under one command id until a coordinator has answered or the signal is aborted. An
   * `unavailable` over a connection that stays open is the coordinator's own answer.
   */
  async insist<M extends Method>(
    method: M,
    params: ParamsOf<CoordinatorMethods, M>,
    options: AskOptions = {},
  ): Promise<Outcome<ResultOf<CoordinatorMethods, M>>> {
    const commandId = this.#nextCommand();
    for (;;) {
      const peer = this.#peer;
      const outcome = await this.#request(method, params, { ...options, commandId });
      if (outcome.ok || !isRepeatable(outcome.error.code, options)) return outcome;
      if (this.#closed) return outcome;
      if (options.signal?.aborted === true) return refused("interrupted", "given up");
      const isAnswered = peer !== null && (await this.#outlives(peer));
      if (isAnswered && outcome.error.code === "unavailable") return outcome;
      await this.#untilConnected(options.signal);
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#heartbeats !== null) clearInterval(this.#heartbeats);
    this.#peer?.close();
    this.#release();
  }

  #nextCommand(): CommandId {
    this.#commands += 1;
    return { client: this.#client, n: this.#commands };
  }

  #request<M extends Method>(
    method: M,
    params: ParamsOf<CoordinatorMethods, M>,
    options: AskOptions & { commandId: CommandId },
  ): Promise<Outcome<ResultOf<CoordinatorMethods, M>>> {
    if (this.#peer !== null) return this.#peer.request(method, params, options);
    return Promise.resolve(refused("unavailable", "no coordinator answers"));
  }

  /** A coordinator that closes answers its callers first: its connection ends right behind. */
  async #outlives(peer: Peer<CoordinatorMethods>): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, closingGraceMs);
    await Promise.race([promise, peer.closed]);
    clearTimeout(timer);
    return this.#peer === peer;
  }

  #untilConnected(signal: AbortSignal | undefined): Promise<void> {
    if (this.#peer !== null || this.#closed || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = () => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener("abort", waiter);
        resolve();
      };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", waiter, { once: true });
    });
  }

  /** A missed one is no news: the coordinator counts, and a lost connection is told of anyway. */
  #sayAlive(): void {
    if (this.#peer !== null) void this.ask("registration.heartbeat", {});
  }

  #release(): void {
    for (const resolve of this.#waiters) resolve();
  }

  async #connect(attempt: number): Promise<void> {
    if (this.#closed) return;
    const peer = await this.#dial();
    if (this.#closed) return peer?.close();
    if (peer === null) return this.#retry(attempt + 1);
    this.#peer = peer;
    this.#heartbeats ??= setInterval(() => this.#sayAlive(), heartbeatEveryMs);
    if (this.#lost) this.#options.onChange("found");
    this.#lost = false;
    this.#release();
    void peer.closed.then(() => this.#onClosed());
  }

  #retry(attempt: number): void {
    this.#markLost();
    const delayMs = retryDelayMs(reconnect, Math.min(attempt, 10), Math.random());
    this.#timer = setTimeout(() => void this.#connect(attempt), delayMs);
  }

  #onClosed(): void {
    this.#peer = null;
    if (this.#closed) return;
    this.#markLost();
    void this.#connect(0);
  }

  #markLost(): void {
    if (!this.#lost) this.#options.onChange("lost");
    this.#lost = true;
  }

  async #dial(): Promise<Peer<CoordinatorMethods> | null> {
    const file = await readCoordinatorFile(this.#options.coordinatorFile);
    if (file === null) return null;
    const outcome = await dial({
      socket: file.socket,
      hello: this.#options.hello,
      calls: coordinatorMethods,
      serves: coordinatorPushMethods,
      handlers: {
        "claim.granted": ({ claim }) => {
          this.#options.onGrant(claim);
          return accepted({});
        },
        "task.lost": (lost) => {
          this.#options.onTaskLost(lost);
          return accepted({});
        },
        "claim.lost": ({ claim }) => {
          this.#options.onLost(claim);
          return accepted({});
        },
      },
    });
    if (!outcome.ok) return null;
    const { peer } = outcome.value;
    const watch = await peer.watch(
      "log.watch",
      { subjects: [this.#options.subject] },
      {
        onEvent: (_seq, data) => this.#options.onEvent(data),
        // What a gap hid is asked for again by the next request; a new connection asks for all.
        onGap: () => peer.close(),
        onEnd: () => peer.close(),
      },
    );
    if (watch.ok) return peer;
    peer.close();
    return null;
  }
}

/** A lost connection or answer: the repeat is harmless, because it has the same command id. */
function isRepeatable(code: ErrorCode, { deadlineMs }: AskOptions): boolean {
  if (code === "timeout") return deadlineMs === undefined;
  return code === "unavailable" || code === "busy";
}
