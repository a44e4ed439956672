/** Two peers over memory, with a clock that the test moves. */
import {
  type CloseReason,
  type Fault,
  type Link,
  type Peer,
  type Transport,
  createMemoryPair,
  createPeer,
} from "../../src/index.ts";
import { ManualClock } from "../manual-clock.ts";
import { type SampleMethods, SampleServer, sampleMethods } from "../sample-methods.ts";

export interface MemoryPeers {
  readonly client: Peer<SampleMethods>;
  readonly server: Peer<{}>;
  readonly service: SampleServer;
  readonly clock: ManualClock;
  readonly faults: Fault[];
  /** The server's way out; the test may fill it. */
  readonly gate: SendGate;
}

/** A link whose unsent bytes the test sets: it stands for a reader that does not read. */
export class SendGate {
  unsentBytes = 0;
  drain: () => void = () => {};
  sent = 0;

  wrap(transport: Transport): Transport {
    return (receiver) => {
      const link = transport(receiver);
      this.drain = () => receiver.onDrain();
      return this.#guard(link);
    };
  }

  #guard(link: Link): Link {
    const guarded = {
      send: (payload: Uint8Array) => {
        this.sent += 1;
        link.send(payload);
      },
      close: (reason: CloseReason) => link.close(reason),
      unsentBytes: 0,
    };
    return Object.defineProperty(guarded, "unsentBytes", { get: () => this.unsentBytes });
  }
}

export function createMemoryPeers(): MemoryPeers {
  const [clientEnd, serverEnd] = createMemoryPair();
  const service = new SampleServer();
  const clock = new ManualClock();
  const gate = new SendGate();
  const faults: Fault[] = [];
  const server = createPeer({
    transport: gate.wrap(serverEnd),
    serves: sampleMethods,
    handlers: service.handlers,
    calls: {},
    onFault: (fault) => faults.push(fault),
  });
  const client = createPeer({
    transport: clientEnd,
    serves: {},
    handlers: {},
    calls: sampleMethods,
    clock,
    onFault: (fault) => faults.push(fault),
  });
  return { client, server, service, clock, faults, gate };
}
