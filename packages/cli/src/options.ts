/** Option values that more than one verb takes. */
import type { RestartPolicy } from "@podlane/protocol";
import { InvalidArgumentError } from "commander";
import { usageFailure } from "./failure.ts";
import { restartPolicy, RestartText } from "./plan/config-file.ts";

export function parseCount(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("a whole number above 0 is expected");
}

/** Repeated options gather in a list. */
export function gather(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** `key=value` limits; those without an engine are refused, never ignored. */
export function parseLimits(texts: readonly string[]): { timeSeconds?: number } {
  const limits: { timeSeconds?: number } = {};
  for (const text of texts) {
    const [key, value] = text.split("=", 2);
    if (key !== "time_seconds") {
      throw usageFailure(`limit '${text}': only time_seconds=N is enforced without the sandbox`);
    }
    limits.timeSeconds = parseCount(value ?? "");
  }
  return limits;
}

export function parseRestart(text: string): RestartPolicy {
  const policy = RestartText.safeParse(text);
  if (policy.success) return restartPolicy(policy.data);
  throw new InvalidArgumentError(policy.error.issues[0]?.message ?? "not a restart policy");
}

export function parseSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("seconds above 0 are expected");
}

export function parseSeq(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("a sequence number, 0 or more, is expected");
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export function parsePriority(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 1 && value <= 10) return value;
  throw new InvalidArgumentError("1 to 10 is expected, 1 first");
}

/** A time to come: so long from now, or an instant. */
export type Until = { readonly inMs: number } | { readonly atMs: number };

export function parseUntil(text: string): Until {
  const length = /^(\d+)([smhd])$/.exec(text);
  if (length !== null) return { inMs: Number(length[1]) * (unitMs[length[2] ?? ""] ?? 0) };
  const atMs = Date.parse(text);
  if (Number.isFinite(atMs)) return { atMs };
  throw new InvalidArgumentError("a length (90s, 10m, 2h, 1d) or an ISO date is expected");
}

/** A place in time: an age like `90s`, `10m`, `2h`, `1d`, or a date; answers epoch milliseconds. */
export function parseSince(text: string): number {
  const age = /^(\d+)([smhd])$/.exec(text);
  if (age !== null) return Date.now() - Number(age[1]) * (unitMs[age[2] ?? ""] ?? 0);
  const date = Date.parse(text);
  if (Number.isFinite(date)) return date;
  throw new InvalidArgumentError("an age (90s, 10m, 2h, 1d) or an ISO date is expected");
}
