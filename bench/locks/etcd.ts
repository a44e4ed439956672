/**
 * etcd's own lock service through its JSON gateway: no npm client of it is maintained. HTTP/1.1
 * has one request in flight a socket, so each client has as many sockets as commands.
 */
import { Agent, request } from "node:http";
import { type Grant, leaseMs, type LockClient, type LockContender } from "./contender.ts";

/** A revision rises with every change of any key. */
interface Answer {
  readonly header: { readonly revision: string };
  readonly key?: string;
  readonly ID?: string;
}

export async function startEtcdLocks(port: number, connections: number): Promise<LockContender> {
  const clients: EtcdClient[] = [];
  for (let n = 0; n < connections; n += 1) clients.push(await EtcdClient.open(port));
  const firstRevision = (await clients[0]?.revision()) ?? 0;
  return {
    name: "etcd",
    clients,
    // Each lock is one key that is put and later deleted.
    recorded: async () => (((await clients[0]?.revision()) ?? 0) - firstRevision) / 2,
    close: async () => {
      for (const client of clients) client.close();
    },
  };
}

class EtcdClient implements LockClient {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  #lease = "";

  private constructor(port: number) {
    this.#port = port;
  }

  static async open(port: number): Promise<EtcdClient> {
    const client = new EtcdClient(port);
    const { ID = "" } = await client.#ask("lease/grant", { TTL: leaseMs / 1_000 });
    client.#lease = ID;
    return client;
  }

  async acquire(name: string): Promise<Grant> {
    const { header, key } = await this.#ask("lock/lock", {
      name: Buffer.from(name).toString("base64"),
      lease: this.#lease,
    });
    return {
      fence: Number(header.revision),
      release: async () => void (await this.#ask("lock/unlock", { key })),
    };
  }

  async revision(): Promise<number> {
    const { header } = await this.#ask("kv/range", { key: "AA==" });
    return Number(header.revision);
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(path: string, body: object): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const options = { port: this.#port, host: "127.0.0.1", agent: this.#agent, method: "POST" };
    const asked = request({ ...options, path: `/v3/${path}` }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text) as Answer);
        else reject(new Error(`etcd answers ${path} with ${response.statusCode}: ${text}`));
      });
    });
    asked.once("error", reject);
    asked.end(JSON.stringify(body));
    return promise;
  }
}
