/**
 * What claim events tell whoever asked for them: the hottest answers, and long beside their events.
 */
import type { Tellers } from "../fact.ts";
import { claimView } from "../views/claim-view.ts";
import { newClaim } from "./evolve.ts";

export const claimTellers: Tellers<"claim.acquired" | "claim.ended"> = {
  "claim.acquired": (state, data, event) => ({
    claim: claimView(state, newClaim(data, event, { fence: event.seq })),
  }),
  "claim.ended": () => ({ released: true }),
};
