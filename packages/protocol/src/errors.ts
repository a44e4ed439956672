/**
 * The closed set of refusal codes and the exit code each one means on a command line.
 * A refusal is an expected answer and travels as a value; faults are thrown and get no code here.
 */
import { z } from "zod";

export const errorCodes = [
  "already_running",
  "not_running",
  "not_paused",
  "invalid_request",
  "unauthorized",
  "not_found",
  "conflict",
  "stale_generation",
  "stale_token",
  "deadlock",
  "denied",
  "out_of_scope",
  "needs_input",
  "budget_exhausted",
  "too_large",
  "timeout",
  "unavailable",
  "busy",
  "interrupted",
  "unsupported",
  "internal",
] as const;

export const ErrorCode = z.enum(errorCodes);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** Refusals that are themselves put on the log: somebody tried what he may not do. */
export const denialCodes = ["denied", "out_of_scope", "unauthorized"] as const;
export type DenialCode = (typeof denialCodes)[number];

export function isDenial(code: ErrorCode): code is DenialCode {
  return (denialCodes as readonly ErrorCode[]).includes(code);
}

/** Process exit codes; the numbers above 63 follow sysexits.h and coreutils' `timeout`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  denied: 5,
  needsInput: 6,
  budgetExhausted: 7,
  mergeConflict: 8,
  partial: 9,
  unreachable: 69,
  invariantBroken: 70,
  busy: 75,
  timedOut: 124,
  couldNotStart: 125,
  notRunnable: 126,
  commandNotFound: 127,
} as const;

/** The exit code that a command ends with when its last answer was a refusal with this code. */
export const exitCodeOf: Readonly<Record<ErrorCode, number>> = {
  already_running: exitCodes.conflict,
  not_running: exitCodes.conflict,
  not_paused: exitCodes.conflict,
  invalid_request: exitCodes.usage,
  unauthorized: exitCodes.denied,
  not_found: exitCodes.notFound,
  conflict: exitCodes.conflict,
  stale_generation: exitCodes.conflict,
  stale_token: exitCodes.conflict,
  deadlock: exitCodes.conflict,
  denied: exitCodes.denied,
  out_of_scope: exitCodes.denied,
  needs_input: exitCodes.needsInput,
  budget_exhausted: exitCodes.budgetExhausted,
  too_large: exitCodes.usage,
  timeout: exitCodes.timedOut,
  unavailable: exitCodes.unreachable,
  busy: exitCodes.busy,
  interrupted: exitCodes.failed,
  unsupported: exitCodes.usage,
  internal: exitCodes.invariantBroken,
};
