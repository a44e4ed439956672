/**
 * The history of a key, read from the log through the index of subjects: claims that ended long ago
 * are in no state.
 */
import {
  accepted,
  type CoordinatorMethods,
  type Outcome,
  type ParsedParamsOf,
  type PastClaim,
  type ResultOf,
  type UnitKey,
  unitsOverlap,
} from "@podlane/protocol";
import { isOpening, pastClaim, touchOf, unitsAbout } from "../core/claims/key-events.ts";
import { unitKeyOf } from "../core/claims/unit-cache.ts";
import type { LogEvent } from "../core/event.ts";
import type { WorkspaceState } from "../core/state.ts";
import { maxClaimEvents } from "../limits.ts";
import type { SubjectIndex } from "../log/subject-index.ts";
import type { Replica } from "./replica.ts";

/** No subject begins like these, so nobody finds them by asking for a subject. */
const topics = { claimed: "\0claimed:", touched: "\0touched:" } as const;

/** What the index finds an event by, beside its subject. */
export function topicsOf(event: LogEvent): readonly string[] {
  const topic = isOpening(event) ? topics.claimed : topics.touched;
  return unitsAbout(event).map((key) => `${topic}${key}`);
}

interface KeyHistoryOptions {
  readonly replica: Replica<WorkspaceState>;
  readonly subjects: SubjectIndex;
}

/** Refuses `invalid_request` for what is no unit. */
export async function readKeyHistory(
  { unit: spelling, limit }: ParsedParamsOf<CoordinatorMethods, "claim.history">,
  { replica, subjects }: KeyHistoryOptions,
): Promise<Outcome<ResultOf<CoordinatorMethods, "claim.history">>> {
  const unit = unitKeyOf(spelling);
  if (!unit.ok) return unit;
  const caughtUp = await replica.catchUp();
  if (!caughtUp.ok) return caughtUp;
  const isWanted = (key: UnitKey) => unitsOverlap(unit.value, key);
  const newest = (topic: string) =>
    subjects.newest(
      (subject) => subject.startsWith(topic) && isWanted(subject.slice(topic.length) as UnitKey),
      limit,
    );
  const { state } = replica;
  const claims: PastClaim[] = [];
  for (const { subject, seq } of await newest(topics.claimed)) {
    // oxlint-disable-next-line no-await-in-loop -- few, and each is a look-up in the index
    const own = await subjects.events(subject, { fromSeq: seq, limit: maxClaimEvents });
    const claim = pastClaim(state, own);
    if (claim !== null) claims.push(claim);
  }
  const touched = await newest(topics.touched);
  const touches = touched.flatMap((event) => touchOf(state, event, isWanted) ?? []);
  return accepted({ unit: unit.value, claims, touches });
}
