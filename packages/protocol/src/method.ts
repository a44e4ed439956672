/**
 * What a method table is: the one source of dispatch, clients, JSON Schema and docs.
 */
import type { z } from "zod";
import { requestDeadlineMs } from "./limits.ts";

export interface Method<
  Params extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  readonly params: Params;
  readonly result: Result;
  /** Changes state: carries a `commandId`, and a repeat of that id gets the first answer. */
  readonly mutation: boolean;
  /** Deadline when the caller gives none. */
  readonly deadlineMs: number;
  /** Names of the params in the positional wire form of a hot method; absent: sent as a map. */
  readonly hot?: readonly string[];
}

export type MethodTable = Readonly<Record<string, Method>>;

export type ParamsOf<T extends MethodTable, M extends keyof T> = z.input<T[M]["params"]>;
export type ParsedParamsOf<T extends MethodTable, M extends keyof T> = z.output<T[M]["params"]>;
export type ResultOf<T extends MethodTable, M extends keyof T> = z.output<T[M]["result"]>;

export interface MethodOptions {
  readonly deadlineMs?: number;
  readonly hot?: readonly string[];
}

/** A method that only reads. */
export function query<P extends z.ZodType, R extends z.ZodType>(
  params: P,
  result: R,
  options: MethodOptions = {},
): Method<P, R> {
  return { params, result, mutation: false, deadlineMs: requestDeadlineMs, ...options };
}

/** A method that changes state and is deduplicated by its `commandId`. */
export function mutation<P extends z.ZodType, R extends z.ZodType>(
  params: P,
  result: R,
  options: MethodOptions = {},
): Method<P, R> {
  return { params, result, mutation: true, deadlineMs: requestDeadlineMs, ...options };
}
