/**
 * The dialling side of a handshake: says hello, waits for the welcome, becomes a peer.
 */
import { decodeMessage, encodeMessage } from "./codec.ts";
import { type Envelope, readEnvelope } from "./envelope/read.ts";
import { type HelloInput, Welcome, supportedProtocols } from "./handshake.ts";
import { handshakeDeadlineMs } from "./limits.ts";
import type { MethodTable } from "./method.ts";
import { type Outcome, accepted, refused } from "./outcome.ts";
import { type Clock, systemClock } from "./peer/clock.ts";
import { type Peer, type PeerOptions, createPeer } from "./peer/peer.ts";
import type { CloseReason, Link, Receiver, Transport } from "./transport.ts";

export interface ConnectOptions<Serves extends MethodTable, Calls extends MethodTable> extends Omit<
  PeerOptions<Serves, Calls>,
  "transport" | "limits" | "principal"
> {
  readonly deadlineMs?: number;
}

export interface Connected<Calls extends MethodTable> {
  readonly peer: Peer<Calls>;
  readonly welcome: Welcome;
}

/**
 * Never rejects. The server's refusal as it gave it; `timeout` without an answer in time,
 * `unavailable` when the connection closes first, `unsupported` for an answer that is no welcome.
 */
export function connectPeer<Serves extends MethodTable, Calls extends MethodTable>(
  transport: Transport,
  hello: HelloInput,
  options: ConnectOptions<Serves, Calls>,
): Promise<Outcome<Connected<Calls>>> {
  return new Promise((resolve) => {
    const dialer = new Dialer<Calls>(transport, options, resolve);
    dialer.sayHello(hello);
  });
}

/** Receives until the welcome, then hands everything to the peer. */
class Dialer<Calls extends MethodTable> implements Receiver {
  readonly #link: Link;
  readonly #options: ConnectOptions<MethodTable, Calls>;
  readonly #resolve: (outcome: Outcome<Connected<Calls>>) => void;
  readonly #stopTimer: () => void;
  #peerReceiver: Receiver | undefined;
  #settled = false;

  constructor(
    transport: Transport,
    options: ConnectOptions<MethodTable, Calls>,
    resolve: (outcome: Outcome<Connected<Calls>>) => void,
  ) {
    const clock: Clock = options.clock ?? systemClock;
    const deadlineMs = options.deadlineMs ?? handshakeDeadlineMs;
    this.#options = options;
    this.#resolve = resolve;
    this.#stopTimer = clock.after(deadlineMs, () => {
      this.#refuse(refused("timeout", `no welcome within ${deadlineMs} ms`));
    });
    this.#link = transport(this);
  }

  sayHello(hello: HelloInput): void {
    this.#link.send(encodeMessage({ hello: { protocol: supportedProtocols, ...hello } }));
  }

  onMessage(payload: Uint8Array): void {
    if (this.#peerReceiver !== undefined) this.#peerReceiver.onMessage(payload);
    else if (!this.#settled) this.#readAnswer(payload);
  }

  onDrain(): void {
    this.#peerReceiver?.onDrain();
  }

  onClose(reason: CloseReason): void {
    if (this.#peerReceiver !== undefined) return this.#peerReceiver.onClose(reason);
    this.#refuse(refused("unavailable", `closed before the welcome: ${reason.message}`));
  }

  #readAnswer(payload: Uint8Array): void {
    const answer = readWelcome(payload);
    if (!answer.ok) return this.#refuse(answer);
    const welcome = answer.value;
    const [min, max] = supportedProtocols;
    if (welcome.protocol < min || welcome.protocol > max) {
      return this.#refuse(refused("unsupported", `welcomed to protocol ${welcome.protocol}`));
    }
    this.#settle();
    const takeOver: Transport = (receiver) => {
      this.#peerReceiver = receiver;
      return this.#link;
    };
    const { limits } = welcome;
    const peer = createPeer({ ...this.#options, transport: takeOver, limits });
    this.#resolve(accepted({ peer, welcome }));
  }

  #refuse(outcome: Outcome<never>): void {
    if (this.#settled || outcome.ok) return;
    this.#settle();
    const { error: refusal } = outcome;
    this.#link.close({ by: "local", message: refusal.message, refusal });
    this.#resolve(outcome);
  }

  #settle(): void {
    this.#settled = true;
    this.#stopTimer();
  }
}

function readWelcome(payload: Uint8Array): Outcome<Welcome> {
  try {
    const message = decodeMessage(payload);
    const parsed = Welcome.safeParse((message as { welcome?: unknown } | null)?.welcome);
    if (parsed.success) return accepted(parsed.data);
    const envelope: Envelope = readEnvelope(message);
    if (envelope.kind === "close") return { ok: false, error: envelope.error };
    return refused("unsupported", `a welcome expected, found a ${envelope.kind}`);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return refused("unsupported", `a welcome expected: ${found}`);
  }
}
