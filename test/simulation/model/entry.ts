/**
 * One event of the log as the model reads it, and where the model says what is wrong.
 */
import type { LogEventData, LogEventKind } from "@podlane/protocol";

/** Everything but kind and data, which belong together. */
interface Envelope {
  readonly seq: number;
  readonly atMs: number;
  /** Seq of the first event of its batch. */
  readonly batchSeq: number;
  readonly subject: string;
  /** What follows the colon of its subject. */
  readonly id: string;
  readonly actor: { readonly role: string; readonly id: string };
  readonly commandId: { readonly client: string; readonly n: number } | null;
  readonly answer: unknown;
}

type EntryOf<K extends LogEventKind> = K extends unknown
  ? Envelope & { readonly kind: K; readonly data: LogEventData<K> }
  : never;

export type Entry = EntryOf<LogEventKind>;

/** Says that an invariant is broken: its name in the design, and how. */
export type Report = (invariant: string, how: string) => void;
