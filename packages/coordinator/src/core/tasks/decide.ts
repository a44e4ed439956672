/**
 * The commands of the work queue.
 */
import type { Deciders } from "../decider.ts";
import { decideClaim, decideRenew } from "./claim.ts";
import { decideCancel, decideComplete } from "./complete.ts";
import { decideSubmit } from "./submit.ts";

export const taskDeciders: Deciders<
  "task.submit" | "task.claim" | "task.renew" | "task.complete" | "task.cancel"
> = {
  "task.submit": decideSubmit,
  "task.claim": decideClaim,
  "task.renew": (state, _params, call) => decideRenew(state, call),
  "task.complete": decideComplete,
  "task.cancel": decideCancel,
};
