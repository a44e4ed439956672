/** One etcd of the bench's own on loopback: a cluster of one, flushing as it does by default. */
import { spawn } from "node:child_process";
import { endOf, untilSays } from "./program.ts";
import { freePort } from "./free-port.ts";

export interface Etcd {
  readonly port: number;
  stop(): Promise<void>;
}

/** Rejects with the reason when there is no etcd, or it does not come up. */
export async function startEtcd(folder: string): Promise<Etcd> {
  const [port, peerPort] = [await freePort(), await freePort()];
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const addresses = {
    "data-dir": folder,
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
    logger: "zap",
    "log-outputs": "stdout",
  };
  const args = Object.entries(addresses).map(([name, value]) => `--${name}=${value}`);
  const child = spawn("etcd", args, { stdio: ["ignore", "pipe", "inherit"] });
  await untilSays(child, "serving client traffic");
  return { port, stop: () => endOf(child) };
}
