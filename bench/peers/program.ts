/** A peer's server as a child of ours: up when it says so, ended by its own process. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Text kept to look in; a server that says more before it is ready is none that we know. */
const maxSaid = 1_000_000;

/** Rejects when it cannot be started, or ends before it has said so on its output. */
export function untilSays(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${child.spawnfile} ended with ${code}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      if (said.length < maxSaid) said += chunk.toString();
      if (said.includes(words)) resolve();
    });
  });
}

export async function endOf(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
