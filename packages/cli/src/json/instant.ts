/** Instants in JSON: ISO 8601 text made from milliseconds since the epoch. */
import { z } from "zod";

export const Instant = z.iso.datetime();

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
