/**
 * What the log tells of a key: which events are about which units, though their subject is a claim
 * or a pod. One way from events to what people ask: who had it, who touched it.
 */
import type { ClaimId, LogEventData, PastClaim, UnitKey, UnitTouch } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import { findPod, nameOf } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { eventVersions } from "../versions.ts";
import { unitKeyOf } from "./unit-cache.ts";

/** The units that an event is about: those it asks for, is granted or has touched. */
export function unitsAbout(event: LogEvent): readonly UnitKey[] {
  switch (event.kind) {
    case "claim.acquired":
    case "claim.queued":
    case "claim.transferred":
      return (eventVersions.lift(event) as { units: UnitKey[] }).units;
    case "pod.touched":
      return (eventVersions.lift(event) as { paths: string[] }).paths.flatMap((path) => {
        const key = unitKeyOf(`file:${path}`);
        return key.ok ? [key.value] : [];
      });
    default:
      return noUnits;
  }
}

const noUnits: readonly UnitKey[] = [];

/** A claim from its own events, the first of which opens it. */
export function pastClaim(state: WorkspaceState, events: readonly LogEvent[]): PastClaim | null {
  const [first] = events;
  if (first === undefined || !isOpening(first)) return null;
  const asked = eventVersions.lift(first) as Asked;
  const holder = asked.holder ?? asked.to;
  if (holder === undefined) return null;
  const granted = first.kind === "claim.queued" ? find(events, "claim.granted") : first;
  const ended = find(events, "claim.ended");
  const how = ended && (eventVersions.lift(ended) as LogEventData<"claim.ended">).how;
  return {
    claim: first.subject.slice("claim:".length) as ClaimId,
    holder,
    holderName: nameOf(state, holder),
    units: [...asked.units],
    mode: asked.mode,
    reason: asked.reason,
    askedAtMs: first.atMs,
    grantedAtMs: granted?.atMs ?? null,
    fence: granted?.seq ?? null,
    endedAtMs: ended?.atMs ?? null,
    how: how ?? null,
  };
}

type Asked = Pick<LogEventData<"claim.acquired">, "units" | "mode" | "reason"> &
  Partial<Pick<LogEventData<"claim.acquired">, "holder">> &
  Partial<Pick<LogEventData<"claim.transferred">, "to">>;

export function isOpening({ kind }: LogEvent): boolean {
  return kind === "claim.acquired" || kind === "claim.queued" || kind === "claim.transferred";
}

function find(events: readonly LogEvent[], kind: string): LogEvent | undefined {
  return events.find((event) => event.kind === kind);
}

/** What a pod has touched of what is wanted; null for any other event. */
export function touchOf(
  state: WorkspaceState,
  event: LogEvent,
  isWanted: (key: UnitKey) => boolean,
): UnitTouch | null {
  if (event.kind !== "pod.touched") return null;
  const { paths, access } = eventVersions.lift(event) as LogEventData<"pod.touched">;
  const pod = event.subject.slice("pod:".length) as UnitTouch["pod"];
  const wanted = paths.filter((path) => {
    const key = unitKeyOf(`file:${path}`);
    return key.ok && isWanted(key.value);
  });
  const podName = findPod(state, pod)?.spec.name ?? pod;
  return { seq: event.seq, atMs: event.atMs, pod, podName, access, paths: wanted };
}
