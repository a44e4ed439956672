/** A refusal fails the test with its code and words. */
import type { Outcome } from "@podlane/protocol";

export function expectOk<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
}
