/**
 * A dead pod's last words: what its outbox still holds, in order, and then its `shut_down`. Said by
 * the host, once the process is proven gone; the receiver hears each thing once, whoever tells it.
 */
import { existsSync } from "node:fs";
import type { Generation, Name, PodEvent, PodExit, PodId } from "@podlane/protocol";
import { type PodLayout, retryDelayMs } from "@podlane/protocol/node";
import { openSession } from "../session/session.ts";
import type { HostSetting } from "./host-setting.ts";

export interface LastWords {
  readonly from: { readonly pod: PodId; readonly podName: Name; readonly generation: Generation };
  readonly exit: PodExit;
  readonly layout: PodLayout;
  readonly setting: HostSetting;
}

const retry = { attempts: Number.POSITIVE_INFINITY, baseMs: 50, maxMs: 2_000 };

/** Appends the `shut_down` and starts to deliver; answers its seq without waiting for delivery. */
export async function sayLastWords(words: LastWords): Promise<number> {
  const { layout, from } = words;
  // A pod that never came up has no session, and nobody above has heard of it.
  if (!existsSync(layout.session)) return 0;
  const session = openSession(layout.session, { podId: from.pod });
  const events = appendShutDown(session, words);
  session.close();
  const last = events.at(-1);
  void deliverAll(events, words).catch(words.setting.onFault);
  return last?.seq ?? 0;
}

function appendShutDown(
  session: ReturnType<typeof openSession>,
  { from, exit }: LastWords,
): PodEvent[] {
  const pending = session.outbox.pending();
  if (pending.at(-1)?.kind === "shut_down") return pending;
  const { cause, code, signal, dirty, lastOutput } = exit;
  const shutDown: PodEvent = {
    kind: "shut_down",
    podId: from.pod,
    podName: from.podName,
    generation: from.generation,
    seq: session.outbox.lastSeq() + 1,
    at: Date.now(),
    cause,
    exit: { code, signal },
    dirty,
    lastOutput,
  };
  session.outbox.append(shutDown);
  return [...pending, shutDown];
}

async function deliverAll(events: readonly PodEvent[], words: LastWords): Promise<void> {
  const { from, layout, setting } = words;
  for (const event of events) {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await setting.peers.deliver(from.pod, event);
      if (outcome.ok) break;
      await pause(retryDelayMs(retry, Math.min(attempt, 10), Math.random()));
    }
    const session = openSession(layout.session, { podId: from.pod });
    session.outbox.ack(event.seq);
    session.close();
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
