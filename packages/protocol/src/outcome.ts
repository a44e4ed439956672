/**
 * Refusals as values: every answer that can be refused is an `Outcome`.
 */
import { z } from "zod";
import { ErrorCode } from "./errors.ts";

export const Refusal = z.object({
  code: ErrorCode,
  /** What was wanted, what was found, what to do. */
  message: z.string(),
  data: z.unknown().optional(),
});
export type Refusal = z.infer<typeof Refusal>;

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Refusal };

export function accepted<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(code: ErrorCode, message: string, data?: unknown): Outcome<never> {
  return { ok: false, error: data === undefined ? { code, message } : { code, message, data } };
}
