/** One Redis of the bench's own on a Unix socket, flushing every write before it answers. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { endOf, untilSays } from "./program.ts";

export interface Redis {
  readonly socket: string;
  stop(): Promise<void>;
}

/** Rejects with the reason when there is no redis-server, or it does not come up. */
export async function startRedis(folder: string): Promise<Redis> {
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, "s");
  const settings = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const args = ["--port", "0", "--unixsocket", socket, "--dir", folder, ...settings];
  const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
  await untilSays(child, "ready to accept connections at");
  return { socket, stop: () => endOf(child) };
}
