/**
 * Locks in Redis with a token: a script sets the key if it is free and counts the grant, another
 * deletes it if it is still ours. Flushed before the answer (`appendfsync always`).
 */
import { type Grant, leaseMs, type LockClient, type LockContender } from "./contender.ts";

interface Connection {
  defineCommand(name: string, script: { lua: string; numberOfKeys: number }): void;
  benchAcquire(lock: string, fence: string, holder: string, ms: number): Promise<number | null>;
  benchRelease(lock: string, holder: string): Promise<number>;
  mget(keys: readonly string[]): Promise<(string | null)[]>;
  quit(): Promise<unknown>;
}

const acquire = `
  if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
    return redis.call('INCR', KEYS[2])
  end
  return nil`;

const release = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
  return 0`;

export function startRedisLocks(
  library: unknown,
  socket: string,
  connections: number,
): LockContender {
  const Redis = library as new (options: object) => Connection;
  const open = Array.from({ length: connections }, () => {
    const connection = new Redis({ path: socket });
    connection.defineCommand("benchAcquire", { lua: acquire, numberOfKeys: 2 });
    connection.defineCommand("benchRelease", { lua: release, numberOfKeys: 1 });
    return connection;
  });
  return {
    name: "Redis",
    clients: open.map((connection, n) => new RedisClient(connection, `w${n}`)),
    recorded: async (keys) => {
      const counts = (await open[0]?.mget(keys.map(fenceKey))) ?? [];
      return counts.reduce((sum, count) => sum + Number(count), 0);
    },
    close: async () => {
      for (const connection of open) await connection.quit();
    },
  };
}

class RedisClient implements LockClient {
  readonly #connection: Connection;
  readonly #name: string;
  #grants = 0;

  constructor(connection: Connection, name: string) {
    this.#connection = connection;
    this.#name = name;
  }

  async acquire(key: string): Promise<Grant> {
    this.#grants += 1;
    // Another value for each grant, so that a late release never ends the next one.
    const holder = `${this.#name}:${this.#grants}`;
    const fence = await this.#connection.benchAcquire(
      `lock:${key}`,
      fenceKey(key),
      holder,
      leaseMs,
    );
    if (fence === null) throw new Error(`${key} is held`);
    return {
      fence,
      release: async () => {
        const deleted = await this.#connection.benchRelease(`lock:${key}`, holder);
        if (deleted !== 1) throw new Error(`${key} was not released`);
      },
    };
  }
}

function fenceKey(key: string): string {
  return `fence:${key}`;
}
