export { CommandId } from "./ids.ts";
export { accepted, refused, Refusal } from "./outcome.ts";
export type { Outcome } from "./outcome.ts";
