/**
 * What stands between users and many a PostgreSQL: a pool that lends its few sessions by the
 * transaction, each time the next one. Whatever needs a session of its own breaks behind it. It can
 * also lose the answer of a transaction that the server has committed.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { type Phase, readMessages, type WireMessage } from "./wire-messages.ts";

/** Two are enough to give every other statement another session. */
const sessionCount = 2;

const protocolVersion = 196_608;
const sslRequest = 80_877_103;
const cancelRequest = 80_877_102;

interface Lent {
  readonly session: Socket;
  readonly client: Socket;
  /** What it asks for changes a table. */
  writes: boolean;
}

export class TransactionPool {
  readonly #server: Server;
  readonly #idle: Socket[] = [];
  readonly #sessions: Socket[] = [];
  readonly #clients = new Set<Socket>();
  readonly #lent = new Map<Socket, Lent>();
  readonly #waiting: { client: Socket; messages: Buffer[] }[] = [];
  readonly #target: URL;
  #answersToLose = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer({ noDelay: true }, (client) => this.#welcome(client));
  }

  static async open(targetUrl: string): Promise<TransactionPool> {
    const pool = new TransactionPool(new URL(targetUrl));
    await Promise.all(Array.from({ length: sessionCount }, () => pool.#openSession()));
    pool.#server.listen(0, "127.0.0.1");
    await once(pool.#server, "listening");
    return pool;
  }

  get url(): string {
    const address = this.#server.address();
    const url = new URL(this.#target);
    url.port = String(typeof address === "object" ? address?.port : 0);
    return url.href;
  }

  /** The next insertion is carried out and its client cut off without an answer. */
  loseNextInsertion(): void {
    this.#answersToLose += 1;
  }

  close(): void {
    this.#server.close();
    for (const socket of [...this.#clients, ...this.#sessions]) socket.destroy();
  }

  async #openSession(): Promise<void> {
    const session = connect(Number(this.#target.port), this.#target.hostname);
    session.setNoDelay(true);
    this.#sessions.push(session);
    session.write(startupPacket(this.#target.username, this.#target.pathname.slice(1)));
    await new Promise<void>((resolve) => {
      readMessages(session, "messages", (received) => {
        const lent = this.#lent.get(session);
        if (lent !== undefined) this.#answer(lent, received);
        else if (received.type === "Z") {
          this.#release(session);
          resolve();
        }
        return "messages";
      });
    });
  }

  #welcome(client: Socket): void {
    this.#clients.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => this.#clients.delete(client));
    readMessages(client, "startup", ({ type, bytes }) => {
      if (type === "") return greet(client, bytes.readInt32BE(4));
      if (type === "X") client.end();
      else this.#forward(client, bytes);
      return "messages";
    });
  }

  #forward(client: Socket, bytes: Buffer): void {
    const lent = [...this.#lent.values()].find((one) => one.client === client);
    if (lent !== undefined) {
      lent.writes ||= isInsertion(bytes);
      return void lent.session.write(bytes);
    }
    const waiting = this.#waiting.find((one) => one.client === client);
    if (waiting !== undefined) return void waiting.messages.push(bytes);
    this.#waiting.push({ client, messages: [bytes] });
    this.#lend();
  }

  #lend(): void {
    const session = this.#idle.shift();
    const next = session === undefined ? undefined : this.#waiting.shift();
    if (session === undefined || next === undefined) {
      if (session !== undefined) this.#idle.push(session);
      return;
    }
    const writes = next.messages.some(isInsertion);
    this.#lent.set(session, { session, client: next.client, writes });
    for (const bytes of next.messages) session.write(bytes);
  }

  #answer({ session, client, writes }: Lent, { type, bytes }: WireMessage): void {
    const isEnd = type === "Z" && bytes.toString("latin1", 5, 6) === "I";
    if (this.#answersToLose === 0 || !writes) client.write(bytes);
    else if (isEnd) {
      this.#answersToLose -= 1;
      client.destroy();
    }
    if (isEnd) this.#release(session);
  }

  #release(session: Socket): void {
    this.#lent.delete(session);
    this.#idle.push(session);
    this.#lend();
  }
}

function isInsertion(bytes: Buffer): boolean {
  return /insert into/i.test(bytes.toString("latin1"));
}

function greet(client: Socket, code: number): Phase {
  if (code === sslRequest) client.write("N");
  else if (code === cancelRequest) client.end();
  else client.write(greeting);
  return code === sslRequest ? "startup" : "messages";
}

function startupPacket(user: string, database: string): Buffer {
  const text = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + text.length, 0);
  head.writeInt32BE(protocolVersion, 4);
  return Buffer.concat([head, text]);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

/** Let in, speaking UTF-8, ready. */
const greeting = Buffer.concat([
  message("R", Buffer.alloc(4)),
  message("S", Buffer.from("client_encoding\0UTF8\0")),
  message("K", Buffer.alloc(8)),
  message("Z", Buffer.from("I")),
]);
