/**
 * A dead pod's last words: what its outbox still holds, in order, and then its `shut_down`. Said by
 * the host, once the process is proven gone and its end is on the log; the receiver hears each
 * thing once, whoever tells it. What a dying host left unsaid the next one says.
 */
import { existsSync } from "node:fs";
import type { Generation, Name, PodEvent, PodExit, PodId } from "@podlane/protocol";
import { podLayout, retryDelayMs } from "@podlane/protocol/node";
import { openWait } from "../open-wait.ts";
import { openSession, type Session } from "../session/session.ts";
import type { HostSetting } from "./host-setting.ts";

export interface LastWords {
  readonly pod: PodId;
  readonly name: Name;
  readonly generation: Generation;
  readonly exit: PodExit;
  /** Of its `shut_down`, as it is on the log. */
  readonly lastSeq: number;
}

/** The seq of a `shut_down` whose session cannot be read: above all that the pod can have sent. */
export const unreadableSessionSeq = Number.MAX_SAFE_INTEGER;

type WordsSetting = Pick<HostSetting, "layout" | "note" | "stopping"> & {
  readonly peers: Pick<HostSetting["peers"], "deliver">;
};

const retry = { attempts: Number.POSITIVE_INFINITY, baseMs: 50, maxMs: 2_000 };
const pageEvents = 64;

/** The seq that a dead pod's `shut_down` has or will have; 0 for a pod that never came up. */
export function seqOfShutDown(pod: PodId, setting: WordsSetting): number {
  const path = podLayout(setting.layout.stateDir, pod).session;
  if (!existsSync(path)) return 0;
  return withSession(pod, setting, unreadableSessionSeq, ({ outbox }) => {
    const last = outbox.last();
    return last?.kind === "shut_down" ? last.seq : (last?.seq ?? 0) + 1;
  });
}

/**
 * Resolves when the receiver has acknowledged all of it, or with the host: the end is on the log
 * and the words are in the session, so the next host says what this one could not. No other bound:
 * only `pod.reparented` says that a receiver is gone for good, and then there is another one.
 */
export async function sayLastWords(words: LastWords, setting: WordsSetting): Promise<void> {
  const { pod, lastSeq } = words;
  if (lastSeq === 0) return;
  const shutDown = shutDownOf(words);
  if (lastSeq === unreadableSessionSeq) return void (await deliver(shutDown, setting));
  const isKept = withSession(pod, setting, false, ({ outbox }) => {
    if (outbox.lastSeq() < lastSeq) outbox.append(shutDown);
    return true;
  });
  for (let page = pendingAfter(0); page.length > 0; page = pendingAfter(page.at(-1)?.seq ?? 0)) {
    for (const event of page) {
      if (!(await deliver(event, setting))) return;
      withSession(pod, setting, undefined, ({ outbox }) => outbox.ack(event.seq));
    }
  }
  // Its disk may be full: what could not be written down is said all the same.
  if (!isKept) await deliver(shutDown, setting);

  function pendingAfter(seq: number): PodEvent[] {
    return withSession(pod, setting, [], ({ outbox }) => outbox.pending(pageEvents, seq));
  }
}

function shutDownOf({ pod, name, generation, exit, lastSeq }: LastWords): PodEvent {
  const { cause, code, signal, dirty, lastOutput } = exit;
  return {
    kind: "shut_down",
    podId: pod,
    podName: name,
    generation,
    seq: lastSeq,
    at: Date.now(),
    cause: lastSeq === unreadableSessionSeq ? "lost" : cause,
    exit: { code, signal },
    dirty,
    lastOutput,
  };
}

/** False: the host stops, and the receiver has not acknowledged it. */
async function deliver(event: PodEvent, { peers, stopping, note }: WordsSetting): Promise<boolean> {
  for (let attempt = 1; !stopping.aborted; attempt += 1) {
    const outcome = await peers.deliver(event.podId, event);
    if (outcome.ok) return true;
    // At 1, 2, 4, 8, … tries: a receiver that is away for long is seen, and floods no log.
    if (Number.isInteger(Math.log2(attempt))) {
      note(`${event.kind} of ${event.podName} is not delivered yet: ${outcome.error.message}`);
    }
    await pause(retryDelayMs(retry, Math.min(attempt, 10), Math.random()), stopping);
  }
  return false;
}

/** One short look: a dead pod's session has no other writer, and is not kept open. */
function withSession<T>(
  pod: PodId,
  { layout, note }: WordsSetting,
  unreadable: T,
  work: (session: Session) => T,
): T {
  try {
    const path = podLayout(layout.stateDir, pod).session;
    // Opening would make a new one, in which nothing was ever said.
    if (!existsSync(path)) throw new Error(`${path} is gone`);
    const session = openSession(path, { podId: pod });
    try {
      return work(session);
    } finally {
      session.close();
    }
  } catch (cause) {
    note(`the session of ${pod} cannot be read: ${String(cause)}`);
    return unreadable;
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, settle } = openWait<void>({ signal, aborted: () => undefined });
  const timer = setTimeout(settle, delayMs);
  return promise.finally(() => clearTimeout(timer));
}
