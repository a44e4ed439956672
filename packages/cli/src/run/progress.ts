/**
 * What a person sees while a plan runs: on a terminal one live line a pod, elsewhere one line for
 * each change of a pod. Drawn from pod records, never guessed.
 */
import type { PodRecord } from "@podlane/protocol";
import { renderDuration } from "../render/duration.ts";
import { oneLine } from "../render/table.ts";
import { buildForest, treeLines } from "../render/tree.ts";
import type { Terminal } from "../terminal.ts";

export interface Progress {
  update(pods: readonly PodRecord[], nowMs: number): void;
  /** One line of talk that stays. */
  note(text: string): void;
  finish(): void;
}

export function createProgress(terminal: Terminal, startedAtMs: number): Progress {
  return terminal.live ? liveProgress(terminal) : lineProgress(terminal, startedAtMs);
}

function liveProgress(terminal: Terminal): Progress {
  return {
    update: (pods, nowMs) => terminal.redraw(podLines(pods, nowMs, terminal)),
    note: (text) => terminal.say(text),
    finish: () => terminal.redraw([]),
  };
}

function podLines(all: readonly PodRecord[], nowMs: number, terminal: Terminal): string[] {
  const ended = all.filter((pod) => pod.exit?.cause === "finished").length;
  const pods = all.filter((pod) => pod.exit?.cause !== "finished");
  const names = new Map(all.map((pod) => [pod.id as string, pod.name]));
  const forest = buildForest(
    pods,
    (pod) => pod.id,
    (pod) => pod.parent,
  );
  const living = treeLines(forest).map(({ prefix, value }) => {
    const name = `${prefix}${value.name}`.padEnd(28);
    const age = renderDuration(nowMs - value.changedAtMs).padStart(6);
    return `${name} ${describeState(value).padEnd(10)} ${age}  ${describeWait(value, names)}`;
  });
  const lines = ended === 0 ? living : [`${ended} of ${all.length} pods have finished`, ...living];
  // A block that is higher than the screen could not be drawn over.
  const room = Math.max(1, terminal.rows - 2);
  const shown = lines.length <= room ? lines : lines.slice(0, room - 1);
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more: pod ps`] : [])].map((line) =>
    line.slice(0, terminal.columns - 1).trimEnd(),
  );
}

function lineProgress(terminal: Terminal, startedAtMs: number): Progress {
  const shown = new Map<string, string>();
  const say = (text: string, nowMs: number) =>
    terminal.say(`${((nowMs - startedAtMs) / 1_000).toFixed(1).padStart(6)}s  ${text}`);
  return {
    update: (pods, nowMs) => {
      const names = new Map(pods.map((pod) => [pod.id as string, pod.name]));
      for (const pod of pods) {
        const text = `${pod.path}  ${describeState(pod)} ${describeWait(pod, names)}`.trimEnd();
        if (shown.get(pod.id) === text) continue;
        shown.set(pod.id, text);
        say(text, nowMs);
      }
    },
    note: (text) => terminal.say(text),
    finish: () => {},
  };
}

export function describeState(pod: PodRecord): string {
  return pod.waiting === null ? pod.state : "waiting";
}

export function describeWait(pod: PodRecord, names: ReadonlyMap<string, string>): string {
  if (pod.waiting !== null) {
    const on = pod.waiting.on.map((id) => names.get(id) ?? id).join(", ");
    return oneLine(`${pod.waiting.reason}${on === "" ? "" : `: ${on}`}`);
  }
  if (pod.quarantined)
    return `quarantined: ${pod.exit?.cause ?? ""} again after ${pod.restarts.used} restarts`;
  if (pod.exit !== null) return pod.exit.cause;
  return pod.turn === null ? "" : `turn ${pod.turn.n}`;
}
