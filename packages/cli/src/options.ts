/** Option values that more than one verb takes. */
import { InvalidArgumentError } from "commander";
import { usageFailure } from "./failure.ts";

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
