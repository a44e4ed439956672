/** One PostgreSQL for a whole bench, started when somebody first asks for it. */
import { type Cluster, startCluster } from "../../test/postgres/cluster.ts";
import type { Scratch } from "../scratch.ts";

/** Rejects with the reason, each time, when there are no programs or it does not come up. */
export type Postgres = () => Promise<Cluster>;

export function postgresFor(scratch: Scratch): Postgres {
  let starting: Promise<Cluster> | undefined;
  const start = async (): Promise<Cluster> => {
    const cluster = await startCluster({ durable: true });
    scratch.defer(() => cluster.stop());
    return cluster;
  };
  return () => (starting ??= start());
}
