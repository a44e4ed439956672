/** A pod's agent lane: its history as lines, and what is added while it is followed. */
import type { PodRecord } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { expectOk } from "../failure.ts";
import { dialPod } from "../pod-client.ts";
import { readEndedHistory, readHistory } from "../pod-history.ts";
import { createSignal } from "../signal.ts";
import type { LaneRequest } from "./lane-request.ts";

export async function showAgentLane(
  context: CommandContext,
  pod: PodRecord,
  request: LaneRequest,
): Promise<void> {
  const printed = { nextSeq: 0 };
  if (request.follow && pod.exit === null && pod.socket !== null) {
    await followHistory(context, pod, { request, printed });
    const ended = await awaitEnd(context, pod);
    const fromSeq = printed.nextSeq;
    const rest = await readEndedHistory(context, ended, { notificationsOnly: false, fromSeq });
    print(rest, { request, printed });
    return;
  }
  const items = await readHistory(context, pod, { notificationsOnly: false });
  print(items, { request, printed });
}

interface Progress {
  readonly request: LaneRequest;
  readonly printed: { nextSeq: number };
}

/** Until the pod leaves. The watch only wakes it: what is printed is always read by number. */
async function followHistory(
  context: CommandContext,
  pod: PodRecord,
  progress: Progress,
): Promise<void> {
  const client = await dialPod(context, pod.socket ?? "");
  const signal = createSignal();
  const handlers = {
    onEvent: () => signal.raise(),
    onGap: () => signal.raise(),
    onEnd: () => signal.end(),
  };
  const params = { fromSeq: 0, lanes: ["agent" as const] };
  expectOk(await client.peer.watch("subscribe", params, handlers));
  while (!signal.ended) {
    const woken = signal.next();
    const fromSeq = progress.printed.nextSeq;
    const page = await client.ask("get_history", { fromSeq, limit: 200 });
    if (!page.ok) break;
    print(page.value.items, progress);
    if (page.value.nextSeq === null) await woken;
  }
  client.close();
}

function print(
  items: Awaited<ReturnType<typeof readHistory>>,
  { request, printed }: Progress,
): void {
  for (const item of items) {
    if (item.seq < printed.nextSeq) continue;
    printed.nextSeq = item.seq + 1;
    if (item.at < request.sinceMs) continue;
    request.sink.item(item);
  }
}

function awaitEnd(context: CommandContext, { id }: PodRecord): Promise<PodRecord> {
  return withCoordinator(context, async (coordinator) => {
    const { pod } = await coordinator.call("pod.wait", { pod: id, until: "ended" });
    return pod;
  });
}
