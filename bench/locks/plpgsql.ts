/**
 * A lock coordinator in PL/pgSQL: a row a key with its token and lease, a row in a log for every
 * grant and release, one function call and one commit a command.
 */
import { Client } from "pg";
import { type Grant, leaseMs, type LockClient, type LockContender } from "./contender.ts";

/** The fill factor keeps room for the next version of a row beside it, as an expert would. */
const schema = `
  CREATE TABLE bench_locks (key text PRIMARY KEY, holder text, fence bigint NOT NULL,
    expires_at timestamptz NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE bench_lock_log (seq bigserial PRIMARY KEY, what text NOT NULL, key text NOT NULL,
    holder text NOT NULL, fence bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());

  CREATE FUNCTION bench_acquire(wanted text, asker text, lease_ms bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
  DECLARE
    until timestamptz := now() + lease_ms * interval '1 millisecond';
    token bigint;
  BEGIN
    INSERT INTO bench_locks AS lock VALUES (wanted, asker, 1, until)
    ON CONFLICT (key) DO UPDATE SET holder = asker, fence = lock.fence + 1, expires_at = until
      WHERE lock.holder IS NULL OR lock.expires_at <= now()
    RETURNING fence INTO token;
    IF token IS NOT NULL THEN
      INSERT INTO bench_lock_log (what, key, holder, fence)
      VALUES ('acquired', wanted, asker, token);
    END IF;
    RETURN token;
  END $$;

  CREATE FUNCTION bench_release(wanted text, asker text, token bigint) RETURNS boolean
  LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE bench_locks SET holder = NULL WHERE key = wanted AND holder = asker AND fence = token;
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO bench_lock_log (what, key, holder, fence)
    VALUES ('released', wanted, asker, token);
    RETURN true;
  END $$;`;

const countSql = "SELECT count(*)::int AS n FROM bench_lock_log WHERE what = 'acquired'";

export async function createPlpgsql(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(schema);
  await client.end();
}

export async function startPlpgsql(url: string, connections: number): Promise<LockContender> {
  const clients: PlpgsqlClient[] = [];
  for (let n = 0; n < connections; n += 1) clients.push(await PlpgsqlClient.connect(url, `w${n}`));
  return {
    name: "PL/pgSQL",
    clients,
    recorded: async () => (await clients[0]?.count()) ?? 0,
    close: async () => {
      for (const client of clients) await client.close();
    },
  };
}

export class PlpgsqlClient implements LockClient {
  readonly #client: Client;
  readonly #name: string;

  private constructor(client: Client, name: string) {
    this.#client = client;
    this.#name = name;
  }

  static async connect(url: string, name: string): Promise<PlpgsqlClient> {
    const client = new Client({ connectionString: url, pipeline: true });
    await client.connect();
    return new PlpgsqlClient(client, name);
  }

  async acquire(key: string): Promise<Grant> {
    const { rows } = await this.#client.query<{ fence: string | null }>({
      name: "acquire",
      text: "SELECT bench_acquire($1, $2, $3) AS fence",
      values: [key, this.#name, leaseMs],
    });
    const fence = Number(rows[0]?.fence ?? 0);
    if (fence === 0) throw new Error(`${key} is held`);
    return { fence, release: () => this.#release(key, fence) };
  }

  async count(): Promise<number> {
    const { rows } = await this.#client.query<{ n: number }>(countSql);
    return rows[0]?.n ?? 0;
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  async #release(key: string, fence: number): Promise<void> {
    const { rows } = await this.#client.query<{ released: boolean }>({
      name: "release",
      text: "SELECT bench_release($1, $2, $3) AS released",
      values: [key, this.#name, fence],
    });
    if (rows[0]?.released !== true) throw new Error(`${key} was not released`);
  }
}
