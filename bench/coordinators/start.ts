/**
 * Real coordinator processes for a bench: one over SQLite, or several equals over PostgreSQL.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  coordinatorMethods,
  type CoordinatorMethods,
  type Peer,
} from "../../packages/protocol/src/index.ts";
import { dial, mintToken } from "../../packages/protocol/src/node.ts";
import type { BenchOptions } from "../options.ts";
import type { Postgres } from "../peers/postgres.ts";
import type { Scratch } from "../scratch.ts";
import { expectOk } from "../workspace.ts";

export interface CoordinatorPlace {
  readonly folder: string;
  /** PostgreSQL; null: one coordinator with its log in a file. */
  readonly storeUrl: string | null;
  readonly replicas: number;
}

/** Where the options want them. Rejects when they want PostgreSQL and there is none. */
export async function placeOf(
  { store, replicas }: BenchOptions,
  scratch: Scratch,
  postgres: Postgres,
): Promise<CoordinatorPlace> {
  const storeUrl = store === "sqlite" ? null : (await postgres()).url;
  return { folder: scratch.folder, storeUrl, replicas };
}

export interface Address {
  readonly socket: string;
  readonly key: Uint8Array;
}

const program = fileURLToPath(new URL("server.ts", import.meta.url));

export async function startCoordinators(place: CoordinatorPlace): Promise<Coordinators> {
  const { folder, storeUrl, replicas } = place;
  const servers: ChildProcess[] = [];
  const addresses: Address[] = [];
  for (let n = 0; n < replicas; n += 1) {
    const args = [join(folder, `c${n}`), ...(storeUrl === null ? [] : [storeUrl])];
    const server = fork(program, args, { serialization: "advanced" });
    servers.push(server);
    addresses.push(await readiness(server));
  }
  return new Coordinators(servers, addresses);
}

function readiness(server: ChildProcess): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once("message", (message) => resolve(message as Address));
    server.once("exit", (code) => reject(new Error(`a coordinator ended with ${code}`)));
  });
}

export class Coordinators {
  readonly #servers: readonly ChildProcess[];
  readonly #addresses: readonly Address[];

  constructor(servers: readonly ChildProcess[], addresses: readonly Address[]) {
    this.#servers = servers;
    this.#addresses = addresses;
  }

  /** Where the n-th connection goes: they are spread evenly. */
  addressOf(n: number): Address {
    const address = this.#addresses[n % this.#addresses.length];
    if (address === undefined) throw new Error("there is no coordinator");
    return address;
  }

  /** A connection of its own, told apart by its name alone. */
  async connect(n: number): Promise<Peer<CoordinatorMethods>> {
    const { socket, key } = this.addressOf(n);
    const token = mintToken(key, { role: "client" });
    const hello = { role: "client", token, name: `w${n}`, version: "bench" } as const;
    const calls = coordinatorMethods;
    return expectOk(await dial({ socket, hello, calls, serves: {}, handlers: {} })).peer;
  }

  /** Processor time of all of them since they started, in microseconds. */
  async usedUs(): Promise<number> {
    let sum = 0;
    for (const server of this.#servers) {
      server.send("usage");
      const [usedUs] = (await once(server, "message")) as [number];
      sum += usedUs;
    }
    return sum;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      const ended = once(server, "exit");
      server.disconnect();
      await ended;
    }
  }
}
