/**
 * How lists are asked for: a page at a time.
 */
import { z } from "zod";
import { maxPageEntries } from "../limits.ts";

/** Newest first unless the method says otherwise; the rest is not lost, only not in this answer. */
export const pageLimit = z.int().min(1).max(maxPageEntries).default(100);
