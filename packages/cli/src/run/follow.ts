/**
 * Follows a run until it ends: woken by the log's events, it asks for the run and its pods as they
 * are.
 */
import { constants } from "node:os";
import type { LogEventEnvelope, MergeView, PodRecord, RunId, RunView } from "@podlane/protocol";
import type { Coordinator } from "../coordinator-client.ts";
import { expectOk } from "../failure.ts";
import { createSignal } from "../signal.ts";
import type { RunResult } from "./summary.ts";

export interface FollowOptions {
  readonly coordinator: Coordinator;
  readonly run: RunId;
  /** The first event that is wanted: read before the run was submitted, so that none is missed. */
  readonly fromSeq: number;
  readonly onPods: (pods: readonly PodRecord[]) => void;
  readonly onEvent: (event: LogEventEnvelope) => void;
  readonly note: (text: string) => void;
}

const endingSignals = ["SIGINT", "SIGTERM"] as const;
export type EndingSignal = (typeof endingSignals)[number];

export function exitCodeOfSignal(signal: EndingSignal): number {
  return 128 + constants.signals[signal];
}

const isOver: Readonly<Record<RunView["state"], boolean>> = {
  active: false,
  draining: false,
  paused: true,
  cancelled: true,
  ended: true,
};

export interface FollowedRun extends RunResult {
  /** A person stopped it, from here or elsewhere: it has no outcome yet. */
  readonly interrupted: boolean;
  /** What told this command to stop it; null: it was stopped elsewhere, if at all. */
  readonly signal: EndingSignal | null;
}

export async function followRun(options: FollowOptions): Promise<FollowedRun> {
  const { coordinator, run, onEvent } = options;
  const wake = createSignal();
  const watch = expectOk(
    await coordinator.peer.watch(
      "log.watch",
      { from: options.fromSeq },
      {
        onEvent: (_seq, data) => {
          onEvent(data as LogEventEnvelope);
          wake.raise();
        },
        // What a gap hid shows in the next look at the run.
        onGap: ({ from, to }) => {
          options.note(`events ${from} to ${to} came too fast: pod events --since ${from - 1}`);
          wake.raise();
        },
        onEnd: () => wake.raise(),
      },
    ),
  );
  const interrupts = cancelOnInterrupt(options);
  try {
    for (;;) {
      const raised = wake.next();
      const { run: view } = await coordinator.call("run.get", { run });
      const { pods } = await coordinator.call("pod.list", { all: true });
      options.onPods(pods.filter((pod) => pod.runId === run));
      if (isOver[view.state] && noPodRuns(pods, run, view)) {
        const { merges } = await coordinator.call("merge.list", { run });
        const interrupted = view.state !== "ended";
        return { run: view, merges: latestByPod(merges), interrupted, signal: interrupts.first() };
      }
      await raised;
    }
  } finally {
    interrupts.ignore();
    watch.close();
  }
}

/** A cancelled run is over when its pods have left; a paused one keeps them. */
function noPodRuns(pods: readonly PodRecord[], run: RunId, view: RunView): boolean {
  if (view.state !== "cancelled") return true;
  return pods.every((pod) => pod.runId !== run || pod.exit !== null);
}

function latestByPod(merges: readonly MergeView[]): MergeView[] {
  return [...new Map(merges.map((merge) => [merge.pod, merge])).values()];
}

interface Interrupts {
  first(): EndingSignal | null;
  ignore(): void;
}

/** The first drains the run, the second stops it now, the third does not wait for that. */
function cancelOnInterrupt({ coordinator, run, note }: FollowOptions): Interrupts {
  const received: EndingSignal[] = [];
  const onInterrupt = (signal: EndingSignal) => {
    received.push(signal);
    if (received.length > 2) {
      note("left before everything had stopped; what still runs: pod ps");
      process.exit(exitCodeOfSignal(signal));
    }
    const mode = received.length === 1 ? "drain" : "now";
    note(
      mode === "drain"
        ? "stopping: turns that run may finish (Ctrl-C again stops them now)"
        : "stopping now",
    );
    void coordinator.ask("run.cancel", { run, mode }).then((outcome) => {
      if (!outcome.ok) note(`the run was not stopped: ${outcome.error.message}`);
    });
  };
  for (const signal of endingSignals) process.on(signal, onInterrupt);
  return {
    first: () => received[0] ?? null,
    ignore: () => {
      for (const signal of endingSignals) process.off(signal, onInterrupt);
    },
  };
}
