/**
 * What a claim would run into in other hands. Nobody is in his own way, and kin are not on paths:
 * so beside a claim may lie others that are in the way of its next holder.
 */
import type { WorkspaceState } from "../state.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { holdersAt, rivalsIn, visitMeetings, waitersBefore } from "./meetings.ts";

/** A grant that stands against handing `claim` to another registration, or null. */
export function clashOf(state: WorkspaceState, claim: ClaimEntry, to: string): ClaimEntry | null {
  let found: ClaimEntry | null = null;
  // Only a pause-lock that is waited for comes before this rank: else only grants are found.
  const wanted = { ...claim, rank: -Infinity };
  visitMeetings(state, wanted, (at) => {
    const asking = { holder: to, isPath: at.isPath, limit: at.room === 0 ? 2 : Infinity };
    const before = [holdersAt(at), waitersBefore(state.claims, wanted, at)];
    // The claim makes the room that it takes. Others of its holder may each go to somebody else.
    const rivals = before
      .flatMap((stretch) => rivalsIn(state, stretch, asking))
      .filter((other) => other !== claim);
    const places = rivals.map((other) => (other.holder === claim.holder ? other.id : other.holder));
    if (new Set<string>(places).size > at.room) found ??= rivals[0] ?? null;
  });
  return found;
}
