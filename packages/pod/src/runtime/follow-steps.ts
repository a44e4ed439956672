/**
 * What the runtime's own waits, mirrors and streams learn from each step, once it is durable.
 */
import { type HistoryItem, type ReceivedPodEvent, shouldNotifyAgent } from "@podlane/protocol";
import type { Effect } from "../core/effect.ts";
import type { SessionRecord } from "../core/record.ts";
import type { ChildDrops } from "./child-drops.ts";
import type { ConsumedResults } from "./consumed-results.ts";
import type { EventWaits } from "./event-waits.ts";
import type { ScopeMirror } from "./scope-mirror.ts";
import type { Streams } from "./streams.ts";
import type { TaskWorker } from "./task-worker.ts";
import type { UsageMeter } from "./usage-meter.ts";

export interface StepFollowers {
  readonly waits: EventWaits;
  readonly scope: ScopeMirror;
  readonly streams: Streams;
  readonly usage: UsageMeter;
  readonly drops: ChildDrops;
  readonly consumed: ConsumedResults;
  /** Null for a pod that pulls no tasks. */
  readonly worker: TaskWorker | null;
}

export function followSteps(
  followers: StepFollowers,
): (effects: readonly Effect[], written: readonly HistoryItem[]) => void {
  return (effects, written) => {
    followers.streams.historyGrew(written);
    for (const effect of effects) {
      if (effect.kind === "persist") followRecord(effect.record, followers);
      if (effect.kind === "start_turn") followers.usage.turnStarted();
      if (effect.kind === "report_turn_end") followers.worker?.turnEnded(effect);
      const isFatal = effect.kind === "emit" && effect.event.kind === "errored";
      if (isFatal && effect.event.fatal) followers.worker?.agentFailed();
    }
    followers.worker?.consider();
  };
}

function followRecord(record: SessionRecord, followers: StepFollowers): void {
  const { waits, scope, drops } = followers;
  switch (record.kind) {
    case "event_accepted":
      return followEvent(record.event, followers);
    case "message_accepted":
      return waits.take({ kind: "message", pod: null });
    case "child_saved":
      return scope.changed();
    case "child_dropped":
      scope.changed();
      return drops.dropped(record.id);
    case "history_appended":
    case "notification_written":
    case "notification_shown":
    case "event_consumed":
    case "receipt_saved":
    case "turn_saved":
    case "calls_interrupted":
    case "turn_reported":
    case "outbox_acked":
    case "command_answered":
    case "value_saved":
      return;
    default:
      return record satisfies never;
  }
}

function followEvent(event: ReceivedPodEvent, { consumed, waits, streams }: StepFollowers): void {
  consumed.tookEvent(event);
  const pod = { id: event.podId, name: event.podName };
  if (shouldNotifyAgent(event)) waits.take({ kind: event.kind, pod });
  else streams.control(event.seq, event);
}
