/**
 * A pod's control lane: what the log says of it, and, while it is followed and lives, the control
 * events that pass it from below and are kept nowhere.
 */
import { type PodRecord, ReceivedPodEvent } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { expectOk } from "../failure.ts";
import { readLog } from "../follow-log.ts";
import { dialPod, type PodClient } from "../pod-client.ts";
import type { LaneRequest } from "./lane-request.ts";

export function showControlLane(
  context: CommandContext,
  pod: PodRecord,
  request: LaneRequest,
): Promise<void> {
  const follow = request.follow && pod.exit === null;
  return withCoordinator(context, async (coordinator) => {
    const live =
      follow && pod.socket !== null ? await followLive(context, pod.socket, request) : null;
    const wanted = { fromSeq: 1, follow, subject: `pod:${pod.id}` };
    for await (const event of readLog(coordinator, wanted)) {
      if (event.atMs >= request.sinceMs) request.sink.event(event);
      if (follow && event.kind === "pod.exited") break;
    }
    live?.close();
  });
}

async function followLive(
  context: CommandContext,
  socket: string,
  { sink }: LaneRequest,
): Promise<PodClient> {
  const { terminal } = context;
  const client = await dialPod(context, socket);
  const params = { lanes: ["control" as const] };
  const watch = await client.peer.watch("subscribe", params, {
    onEvent: (_seq, data) => {
      const event = ReceivedPodEvent.safeParse((data as { detail?: unknown }).detail);
      if (event.success) sink.below(event.data);
    },
    onGap: ({ from, to }) => terminal.say(`(events ${from} to ${to} were not shown)`),
    onEnd: () => {},
  });
  expectOk(watch);
  return client;
}
