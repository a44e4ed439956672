/**
 * A run is known by its plan: the same file with the same content is the same run.
 */
import { createHash } from "node:crypto";
import { RunId } from "@podlane/protocol";

const idLength = 16;

/** Runs of one plan that are told apart; more are never kept. */
const maxRepeats = 1_000;

/** `repeat`: how often the plan had been asked for anew (`--new`) by then. */
export function runIdOf(path: string, content: string, repeat = 0): RunId {
  const salt = repeat === 0 ? "" : String(repeat);
  const hash = createHash("sha256").update(`${path}\0${content}\0${salt}`).digest("hex");
  return RunId.parse(`r${hash.slice(0, idLength)}`);
}

/** The run to continue: the latest one of this plan that is known, else its first. */
export function latestRunOf(path: string, content: string, known: ReadonlySet<RunId>): RunId {
  return runIdOf(path, content, Math.max(0, lastRepeat(path, content, known)));
}

/** The run to begin with `--new`. */
export function nextRunOf(path: string, content: string, known: ReadonlySet<RunId>): RunId {
  return runIdOf(path, content, lastRepeat(path, content, known) + 1);
}

/** Whether the run is one of this plan as it is now, and not of an earlier content of the file. */
export function isRunOf(path: string, content: string, run: RunId): boolean {
  return lastRepeat(path, content, new Set([run])) !== -1;
}

/** -1 when none is known. The oldest may be forgotten already. */
function lastRepeat(path: string, content: string, known: ReadonlySet<RunId>): number {
  const repeats = Array.from({ length: maxRepeats }, (_, repeat) => repeat);
  return repeats.findLast((repeat) => known.has(runIdOf(path, content, repeat))) ?? -1;
}
