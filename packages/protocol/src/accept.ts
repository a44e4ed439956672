/**
 * The listening side of a handshake: waits for hello, authenticates it, welcomes or refuses, and
 * becomes a peer. Nothing is sent before hello has been read.
 */
import { decodeMessage, encodeMessage } from "./codec.ts";
import { writeClose } from "./envelope/write.ts";
import { Hello, type Principal, type Welcome, negotiateProtocol, ownLimits } from "./handshake.ts";
import { handshakeDeadlineMs, maxFrameBytes } from "./limits.ts";
import type { MethodTable } from "./method.ts";
import { type Outcome, accepted, refused } from "./outcome.ts";
import { type Clock, systemClock } from "./peer/clock.ts";
import { type Peer, type PeerOptions, createPeer, raiseFault } from "./peer/peer.ts";
import type { CloseReason, Link, Receiver, Transport } from "./transport.ts";

/** What may arrive between hello and welcome: one message of the largest size and small ones. */
const maxEarlyBytes = 2 * maxFrameBytes;

/** What a server says of itself. */
export interface WelcomeInput {
  readonly name: string;
  readonly version: string;
  readonly features?: readonly string[];
}

export interface AcceptOptions<Serves extends MethodTable, Calls extends MethodTable> extends Omit<
  PeerOptions<Serves, Calls>,
  "transport" | "limits" | "principal"
> {
  /** Who the hello proves to be, or a refusal; a fault here refuses with `internal`. */
  readonly authenticate: (hello: Hello) => Outcome<Principal> | Promise<Outcome<Principal>>;
  readonly welcome: WelcomeInput;
  readonly deadlineMs?: number;
}

/**
 * Never rejects. A refused hello is told why, then the connection closes. What a client sent right
 * after its hello is handled even if it has closed by then.
 */
export function acceptPeer<Serves extends MethodTable, Calls extends MethodTable>(
  transport: Transport,
  options: AcceptOptions<Serves, Calls>,
): Promise<Outcome<Peer<Calls>>> {
  return new Promise((resolve) => {
    new Acceptor<Calls>(transport, options, resolve).start();
  });
}

/** Receives until the welcome is sent, holds what comes early, then hands all to the peer. */
class Acceptor<Calls extends MethodTable> implements Receiver {
  readonly #transport: Transport;
  readonly #options: AcceptOptions<MethodTable, Calls>;
  readonly #resolve: (outcome: Outcome<Peer<Calls>>) => void;
  #link: Link | undefined;
  #stopTimer: (() => void) | undefined;
  #heardHello = false;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #closed: CloseReason | undefined;
  #peerReceiver: Receiver | undefined;
  #settled = false;

  constructor(
    transport: Transport,
    options: AcceptOptions<MethodTable, Calls>,
    resolve: (outcome: Outcome<Peer<Calls>>) => void,
  ) {
    this.#transport = transport;
    this.#options = options;
    this.#resolve = resolve;
  }

  start(): void {
    const clock: Clock = this.#options.clock ?? systemClock;
    const deadlineMs = this.#options.deadlineMs ?? handshakeDeadlineMs;
    this.#stopTimer = clock.after(deadlineMs, () => {
      this.#refuse(refused("timeout", `no complete handshake within ${deadlineMs} ms`));
    });
    this.#link = this.#transport(this);
  }

  onMessage(payload: Uint8Array): void {
    if (this.#peerReceiver !== undefined) return this.#peerReceiver.onMessage(payload);
    if (this.#settled) return;
    if (this.#heardHello) return this.#hold(payload);
    this.#heardHello = true;
    const hello = readHello(payload);
    if (!hello.ok) return this.#refuse(hello);
    const protocol = negotiateProtocol(hello.value.protocol);
    if (!protocol.ok) return this.#refuse(protocol);
    void this.#authenticate(hello.value, protocol.value);
  }

  onDrain(): void {
    this.#peerReceiver?.onDrain();
  }

  onClose(reason: CloseReason): void {
    if (this.#peerReceiver !== undefined) return this.#peerReceiver.onClose(reason);
    this.#closed = reason;
    if (this.#heardHello) return;
    this.#refuse(refused("unavailable", `closed before hello: ${reason.message}`));
  }

  #hold(payload: Uint8Array): void {
    this.#earlyBytes += payload.length;
    this.#early.push(payload);
    if (this.#earlyBytes > maxEarlyBytes) {
      this.#refuse(refused("busy", `at most ${maxEarlyBytes} bytes may come before the welcome`));
    }
  }

  async #authenticate(hello: Hello, protocol: number): Promise<void> {
    let principal: Outcome<Principal>;
    try {
      principal = await this.#options.authenticate(hello);
    } catch (error) {
      const onFault = this.#options.onFault ?? raiseFault;
      onFault({ method: "hello", error });
      principal = refused("internal", "the hello could not be checked: see the server's log");
    }
    if (this.#settled) return;
    if (principal.ok) this.#welcome(principal.value, protocol);
    else this.#refuse(principal);
  }

  #welcome(principal: Principal, protocol: number): void {
    this.#settle();
    const { name, version, features = [] } = this.#options.welcome;
    const welcome: Welcome = {
      protocol,
      peer: { name, version },
      limits: ownLimits,
      features: [...features],
    };
    const link = this.#link;
    if (link === undefined) throw new Error("a welcome needs an open link");
    link.send(encodeMessage({ welcome }));
    const takeOver: Transport = (receiver) => {
      this.#peerReceiver = receiver;
      return link;
    };
    const peer = createPeer({ ...this.#options, transport: takeOver, principal });
    this.#resolve(accepted(peer));
    for (const payload of this.#early) this.#peerReceiver?.onMessage(payload);
    this.#early = [];
    if (this.#closed !== undefined) this.#peerReceiver?.onClose(this.#closed);
  }

  #refuse(outcome: Outcome<never>): void {
    if (this.#settled || outcome.ok) return;
    this.#settle();
    this.#early = [];
    const { error: refusal } = outcome;
    this.#link?.send(encodeMessage(writeClose(refusal)));
    this.#link?.close({ by: "local", message: refusal.message, refusal });
    this.#resolve(outcome);
  }

  #settle(): void {
    this.#settled = true;
    this.#stopTimer?.();
  }
}

function readHello(payload: Uint8Array): Outcome<Hello> {
  let message: unknown;
  try {
    message = decodeMessage(payload);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return refused("invalid_request", `a hello expected: ${found}`);
  }
  const parsed = Hello.safeParse((message as { hello?: unknown } | null)?.hello);
  if (parsed.success) return accepted(parsed.data);
  const paths = parsed.error.issues.map(({ path }) => path.join(".") || "hello");
  return refused("invalid_request", `a hello expected; wrong or missing: ${paths.join(", ")}`);
}
