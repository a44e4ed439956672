/** The product's own server, from the start of its process to its first grant, then killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import type { Readable } from "node:stream";
import {
  coordinatorMethods,
  type CoordinatorMethods,
  type Peer,
} from "../../packages/protocol/src/index.ts";
import {
  dial,
  mintToken,
  readCoordinatorFile,
  type StateLayout,
} from "../../packages/protocol/src/node.ts";
import { expectOk, serveProgram } from "../workspace.ts";
import { clients } from "./make-log.ts";

type Link = Peer<CoordinatorMethods>;

export class PodlaneServer {
  readonly #layout: StateLayout;
  readonly #checkout: string;

  constructor(layout: StateLayout, checkout: string) {
    this.#layout = layout;
    this.#checkout = checkout;
  }

  /** Milliseconds from the process's start to the first grant; killed right after. */
  async timeRestart(): Promise<number> {
    const startMs = performance.now();
    const server = await this.#start();
    const peer = await this.#connect("first");
    const { claim } = expectOk(await peer.request("claim.acquire", { units: ["src/first.ts"] }));
    const tookMs = performance.now() - startMs;
    if (claim.state !== "granted") throw new Error(`the first claim is ${claim.state}`);
    expectOk(await peer.request("claim.release", { claim: claim.id, fence: claim.fence ?? 0 }));
    await this.#kill(server, [peer]);
    return tookMs;
  }

  /**
   * Leaves a snapshot and so many events behind it, of the same clients as all before, then is
   * killed. Answers the log's length.
   */
  async leaveTail(events: number): Promise<number> {
    const first = await this.#start();
    const ended = once(first, "exit");
    // In good order: that writes a snapshot of all there is.
    first.kill("SIGTERM");
    await ended;
    if (!existsSync(this.#layout.snapshot)) throw new Error("the server left no snapshot");
    const server = await this.#start();
    const peers: Link[] = [];
    for (let n = 0; n < clients; n += 1) peers.push(await this.#connect(`w${n}`));
    let left = events;
    const work = async (peer: Link, client: string): Promise<void> => {
      for (let n = Date.now(); left > 0; n += 2) {
        left -= 2;
        const params = { units: [`src/${client}/tail-${n}.ts`] };
        const asked = await peer.request("claim.acquire", params, { commandId: { client, n } });
        const { id: claim, fence } = expectOk(asked).claim;
        const grant = { claim, fence: fence ?? 0 };
        const commandId = { client, n: n + 1 };
        expectOk(await peer.request("claim.release", grant, { commandId }));
      }
    };
    await Promise.all(peers.map((peer, n) => work(peer, `w${n}`)));
    const { seq } = expectOk(await (peers[0] as Link).request("log.head", {}));
    await this.#kill(server, peers);
    return seq;
  }

  forgetSnapshot(): void {
    rmSync(this.#layout.snapshot, { force: true });
  }

  async #start(): Promise<ChildProcess> {
    const server = spawn(process.execPath, [serveProgram, this.#layout.stateDir, this.#checkout], {
      stdio: ["ignore", "ignore", "inherit", "pipe"],
    });
    const [report] = (await once(server.stdio[3] as Readable, "data")) as [Buffer];
    if (!report.includes('"ready"')) throw new Error(`the server says ${report.toString()}`);
    return server;
  }

  async #connect(name: string): Promise<Link> {
    const file = await readCoordinatorFile(this.#layout.coordinatorFile);
    if (file === null) throw new Error(`no server at ${this.#layout.coordinatorFile}`);
    const token = mintToken(readFileSync(this.#layout.keyFile), { role: "client" });
    const hello = { role: "client", token, name, version: "bench" } as const;
    const calls = { calls: coordinatorMethods, serves: {}, handlers: {} };
    return expectOk(await dial({ socket: file.socket, hello, ...calls })).peer;
  }

  async #kill(server: ChildProcess, peers: readonly Link[]): Promise<void> {
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
    for (const peer of peers) peer.close();
  }
}
