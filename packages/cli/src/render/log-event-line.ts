/** An event of the shared log as one line for a person. */
import type { LogEventEnvelope } from "@podlane/protocol";
import { clockTime } from "./history-lines.ts";
import { oneLine } from "./table.ts";

/** A plan or a script in an event's data is not read on one line. */
const maxDataCharacters = 160;

export function logEventLine({ seq, atMs, kind, subject, data }: LogEventEnvelope): string {
  const text = JSON.stringify(data);
  const cut = text.length > maxDataCharacters ? `${text.slice(0, maxDataCharacters)}…` : text;
  const head = `${String(seq).padStart(5)} ${clockTime(atMs)} ${kind.padEnd(20)}`;
  return `${head} ${subject} ${oneLine(cut)}`;
}
