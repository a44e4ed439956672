/**
 * The store of a workspace's log and what a coordinator needs of it, the key of all tokens
 * included: one store is one workspace, however many coordinators serve it.
 */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import {
  type CoordinatorOptions,
  KeptHead,
  openPostgresLog,
  SqliteLog,
} from "@podlane/coordinator";
import type { Repository } from "@podlane/pod";
import type { HostId } from "@podlane/protocol";
import type { StateLayout } from "@podlane/protocol/node";
import { readStoreChoice, showStoreChoice } from "../store-choice.ts";
import { ensureKey, replaceKey } from "./workspace-key.ts";

export interface OpenedStore extends Pick<
  CoordinatorOptions,
  "log" | "clock" | "soleWriter" | "leases" | "onHint" | "key" | "store"
> {
  /** Unique among the hosts of this log. */
  readonly hostId: HostId;
}

export async function openStore(
  layout: StateLayout,
  { workspaceId }: Repository,
  onNote: (note: string) => void,
): Promise<OpenedStore> {
  const url = readStoreChoice(layout);
  if (url === null) return openEmbedded(layout, workspaceId);
  const log = await openPostgresLog({ url, workspace: workspaceId, onNote });
  replaceKey(layout.keyFile, log.workspaceKey);
  return {
    log,
    clock: log,
    soleWriter: false,
    leases: log,
    onHint: (hint) => log.onHint(hint),
    key: log.workspaceKey,
    store: showStoreChoice(url),
    hostId: `${hostname()}-${shortHash(layout.stateDir)}` as HostId,
  };
}

async function openEmbedded(layout: StateLayout, workspaceId: string): Promise<OpenedStore> {
  const log = SqliteLog.open(layout.log, { workspaceId });
  return {
    log: await KeptHead.over(log, layout.logHead),
    clock: { nowMs: Date.now },
    soleWriter: true,
    key: ensureKey(layout.keyFile),
    store: layout.log,
    hostId: hostname() as HostId,
  };
}

/** Several servers of one machine, for several checkouts, may share a log. */
function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
