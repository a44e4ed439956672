/**
 * A pod's history wherever it is: a living pod is asked, an ended one's session is read, which
 * nobody owns any more.
 */
import { existsSync } from "node:fs";
import type { HistoryItem, PodRecord } from "@podlane/protocol";
import { podLayout } from "@podlane/protocol/node";
import { openSession } from "@podlane/pod";
import { type CommandContext, openWorkspace } from "./context.ts";
import { dialPod, type PodClient } from "./pod-client.ts";

export interface HistoryRequest {
  readonly notificationsOnly: boolean;
  /** Default: from the first item on. */
  readonly fromSeq?: number;
}

interface PageRequest {
  readonly notificationsOnly: boolean;
  readonly fromSeq: number;
  readonly limit: number;
}

interface Page {
  readonly items: readonly HistoryItem[];
  readonly nextSeq: number | null;
}

/** A page is one frame, and items with long outputs are common. */
const pageItems = 200;

export async function readHistory(
  context: CommandContext,
  pod: PodRecord,
  request: HistoryRequest,
): Promise<HistoryItem[]> {
  if (pod.exit !== null || pod.socket === null) return readEndedHistory(context, pod, request);
  const client = await dialPod(context, pod.socket);
  try {
    return await readLiving(client, request);
  } finally {
    client.close();
  }
}

function readLiving(client: PodClient, request: HistoryRequest): Promise<HistoryItem[]> {
  return readPages(request, (page) => client.call("get_history", page));
}

/** Only once the pod's process is proven gone: until then the session is its own. */
export async function readEndedHistory(
  context: CommandContext,
  pod: PodRecord,
  request: HistoryRequest,
): Promise<HistoryItem[]> {
  const { layout } = await openWorkspace(context);
  const path = podLayout(layout.stateDir, pod.id).session;
  // A pod that never came up has no session; opening one would make it.
  if (!existsSync(path)) return [];
  const session = openSession(path, { podId: pod.id });
  try {
    return await readPages(request, (page) => Promise.resolve(session.readHistory(page)));
  } finally {
    session.close();
  }
}

async function readPages(
  request: HistoryRequest,
  read: (page: PageRequest) => Promise<Page>,
): Promise<HistoryItem[]> {
  const items: HistoryItem[] = [];
  for (let fromSeq: number | null = request.fromSeq ?? 0; fromSeq !== null;) {
    const page: Page = await read({
      notificationsOnly: request.notificationsOnly,
      fromSeq,
      limit: pageItems,
    });
    items.push(...page.items);
    fromSeq = page.nextSeq;
  }
  return items;
}
