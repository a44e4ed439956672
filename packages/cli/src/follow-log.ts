/**
 * The shared log as a stream: pages from a place on, then, when it is followed, what comes. A
 * watch only wakes it and the events are always read from the log, so none is ever missed.
 */
import { exitCodes, type LogEventEnvelope } from "@podlane/protocol";
import type { Coordinator } from "./coordinator-client.ts";
import { CommandFailure, expectOk } from "./failure.ts";
import { createSignal } from "./signal.ts";

export interface LogRequest {
  /** The first seq that is wanted; null: only what comes from now on. */
  readonly fromSeq: number | null;
  readonly follow: boolean;
  readonly subject?: string;
}

const pageEvents = 500;

export async function* readLog(
  coordinator: Coordinator,
  { fromSeq, follow, subject }: LogRequest,
): AsyncGenerator<LogEventEnvelope> {
  const signal = createSignal();
  const subjects = subject === undefined ? {} : { subjects: [subject] };
  const watch = follow
    ? expectOk(
        await coordinator.peer.watch("log.watch", subjects, {
          onEvent: () => signal.raise(),
          onGap: () => signal.raise(),
          onEnd: () => signal.end(),
        }),
      )
    : null;
  let next = fromSeq ?? (await coordinator.call("log.head", {})).seq + 1;
  try {
    for (;;) {
      const woken = signal.next();
      for await (const event of readTo(coordinator, next, subject)) {
        yield event;
        next = event.seq + 1;
      }
      if (!follow) return;
      await woken;
      if (signal.ended) throw lost(next);
    }
  } finally {
    watch?.close();
  }
}

/** What is on the log now, from `from` on. */
async function* readTo(
  coordinator: Coordinator,
  from: number,
  subject: string | undefined,
): AsyncGenerator<LogEventEnvelope> {
  const filter = subject === undefined ? {} : { subject };
  for (let next: number | null = Math.max(from, 1); next !== null;) {
    const page: { events: LogEventEnvelope[]; next: number | null } = await coordinator.call(
      "log.read",
      { from: next, limit: pageEvents, ...filter },
    );
    yield* page.events;
    next = page.next;
  }
}

function lost(next: number): CommandFailure {
  return new CommandFailure(
    `the coordinator has left; go on without a gap: --since ${next - 1}`,
    exitCodes.unreachable,
  );
}
