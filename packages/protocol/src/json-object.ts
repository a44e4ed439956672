/**
 * A JSON object that a client gives and gets back as it is: inputs, results, contexts, metadata.
 */
import { z } from "zod";
import { maxDocumentBytes } from "./limits.ts";

/** At most `maxDocumentBytes` characters as JSON; more belongs into an artifact. */
export const JsonObject = z
  .record(z.string().max(256), z.unknown())
  .refine((value) => JSON.stringify(value).length <= maxDocumentBytes, {
    error: `longer than ${maxDocumentBytes} as JSON: store it as an artifact and pass its id`,
  });
export type JsonObject = z.infer<typeof JsonObject>;
