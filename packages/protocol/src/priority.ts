/**
 * Priorities are the same everywhere: 1 to 10, 1 first, 5 unless told otherwise.
 */
import { z } from "zod";

export const Priority = z.int().min(1).max(10);
export type Priority = z.infer<typeof Priority>;

export const defaultPriority: Priority = 5;
