/**
 * Podlane's claims as a client uses them: over a coordinator's socket, every command with its id,
 * so that a repeat is answered and not done again. None of the peers gives that.
 */
import type { CoordinatorMethods, Peer } from "../../packages/protocol/src/index.ts";
import { readLog } from "../coordinators/read-log.ts";
import { type CoordinatorPlace, startCoordinators } from "../coordinators/start.ts";
import { expectOk } from "../workspace.ts";
import { type Grant, leaseMs, type LockClient, type LockContender } from "./contender.ts";

export async function startPodlane(
  name: string,
  place: CoordinatorPlace,
  connections: number,
): Promise<LockContender> {
  const coordinators = await startCoordinators(place);
  const clients: PodlaneClient[] = [];
  for (let n = 0; n < connections; n += 1) {
    clients.push(new PodlaneClient(await coordinators.connect(n), `w${n}`));
  }
  return {
    name,
    clients,
    recorded: async () => {
      let grants = 0;
      for await (const { kind } of readLog(coordinators)) {
        if (kind === "claim.acquired") grants += 1;
      }
      return grants;
    },
    usedUs: () => coordinators.usedUs(),
    close: async () => {
      for (const client of clients) client.close();
      await coordinators.close();
    },
  };
}

class PodlaneClient implements LockClient {
  readonly #peer: Peer<CoordinatorMethods>;
  readonly #name: string;
  #commands = 0;

  constructor(peer: Peer<CoordinatorMethods>, name: string) {
    this.#peer = peer;
    this.#name = name;
  }

  async acquire(key: string): Promise<Grant> {
    const params = { units: [key], ttlMs: leaseMs };
    const asked = await this.#peer.request("claim.acquire", params, this.#next());
    const { id, state, fence } = expectOk(asked).claim;
    if (state !== "granted" || fence === null) throw new Error(`${key} is ${state}`);
    return {
      fence,
      release: async () => {
        const grant = { claim: id, fence };
        const ended = await this.#peer.request("claim.release", grant, this.#next());
        const { released } = expectOk(ended);
        if (!released) throw new Error(`${key} was not released`);
      },
    };
  }

  close(): void {
    this.#peer.close();
  }

  #next() {
    this.#commands += 1;
    return { commandId: { client: this.#name, n: this.#commands } };
  }
}
