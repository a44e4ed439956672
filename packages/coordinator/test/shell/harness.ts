/**
 * Opens replicas of the toy rules over a log whose appends can be counted, held, lost or failed.
 */
import type { CommandId } from "@podlane/protocol";
import type { Command } from "../../src/core/command.ts";
import type { Appended, Batch, Log, LogHead, ReadRange } from "../../src/log/log.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { openReplica } from "../../src/shell/replica.ts";
import type { Replica, ReplicaOptions } from "../../src/shell/replica.ts";
import { toyRules } from "./toy-rules.ts";
import type { Toy } from "./toy-rules.ts";

export class StagedLog implements Log {
  readonly inner: Log;
  appends = 0;
  headReads = 0;
  /** Runs in place of the inner append. */
  onAppend: (append: () => Promise<Appended>) => Promise<Appended> = (append) => append();

  constructor(inner: Log = new MemoryLog()) {
    this.inner = inner;
  }

  head(): Promise<LogHead> {
    this.headReads += 1;
    return this.inner.head();
  }

  append(batch: Batch, expectedSeq: number): Promise<Appended> {
    this.appends += 1;
    return this.onAppend(() => this.inner.append(batch, expectedSeq));
  }

  read(range: ReadRange): Promise<readonly Batch[]> {
    return this.inner.read(range);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** Holds every append from now on until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.onAppend = async (append) => {
      await promise;
      return append();
    };
    return () => {
      this.onAppend = (append) => append();
      resolve();
    };
  }
}

export interface Opened {
  readonly replica: Replica<Toy>;
  readonly log: StagedLog;
  readonly faults: unknown[];
  readonly clock: { atMs: number; nowMs(): number };
}

export async function open(
  log: StagedLog = new StagedLog(),
  options: Partial<ReplicaOptions<Toy>> = {},
): Promise<Opened> {
  const faults: unknown[] = [];
  const clock = { atMs: 1_000_000, nowMs: (): number => clock.atMs };
  const onFault = (error: unknown): void => void faults.push(error);
  const base = { log, rules: toyRules, clock, onFault, soleWriter: true };
  return { replica: await openReplica({ ...base, ...options }), log, faults, clock };
}

/** A command by the client called `who`, with a command id if a number is given. */
export function by(who: string, method: string, params: object, n?: number): Command {
  const command = { method, params, actor: { role: "client", id: who } } as const;
  if (n === undefined) return command;
  const commandId: CommandId = { client: who, n };
  return { ...command, commandId };
}
