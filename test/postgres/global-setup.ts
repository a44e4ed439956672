/**
 * One PostgreSQL server for a whole test run, started when the first test asks for it and stopped
 * at the end. Tests run in processes of their own, so they ask over a socket.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Cluster, startCluster } from "./cluster.ts";

/** What whoever connects is sent, one JSON text. */
export type ClusterAnswer = { readonly url: string } | { readonly unavailable: string };

declare module "vitest" {
  interface ProvidedContext {
    /** The socket that answers where the run's PostgreSQL listens. */
    postgresSocket: string;
  }
}

export async function setup({ provide }: Pick<TestProject, "provide">) {
  const folder = mkdtempSync(join(tmpdir(), "podlane-pgask-"));
  const path = join(folder, "ask");
  let starting: Promise<Cluster> | undefined;
  const server = createServer((connection) => {
    starting ??= startCluster();
    starting.then(
      ({ url }) => connection.end(JSON.stringify({ url } satisfies ClusterAnswer)),
      (fault: unknown) => {
        const unavailable = fault instanceof Error ? fault.message : String(fault);
        connection.end(JSON.stringify({ unavailable } satisfies ClusterAnswer));
      },
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  provide("postgresSocket", path);
  return async () => {
    server.close();
    rmSync(folder, { recursive: true });
    await starting?.then((cluster) => cluster.stop()).catch(() => undefined);
  };
}
