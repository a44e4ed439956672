/**
 * Where this server and its pods listen: in the state folder if the paths fit in a socket address,
 * else in a private folder of the system's temporary one.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maxSocketPathBytes } from "@podlane/protocol";
import type { StateLayout } from "@podlane/protocol/node";

export interface SocketPlace {
  readonly pathOf: (name: string) => string;
  close(): void;
}

/** No name of ours is longer. */
export const longestSocketName = "coordinator.sock-and-then-some";

export function openSocketPlace(layout: StateLayout): SocketPlace {
  const fits = Buffer.byteLength(join(layout.sockets, longestSocketName)) <= maxSocketPathBytes;
  if (fits) mkdirSync(layout.sockets, { recursive: true, mode: 0o700 });
  const folder = fits ? layout.sockets : mkdtempSync(join(tmpdir(), "podlane-"));
  return {
    pathOf: (name) => join(folder, `${name}.sock`),
    close: () => {
      if (!fits) rmSync(folder, { recursive: true, force: true });
    },
  };
}
