/**
 * The coordinator process itself.
 */
import { z } from "zod";
import { mutation, query } from "../method.ts";

const Nothing = z.object({});

export const serverMethods = {
  "server.status": query(
    Nothing,
    z.object({
      pid: z.int(),
      version: z.string(),
      startedAtMs: z.int(),
      stateDir: z.string(),
      /** Where the log is kept: a path, or a URL without its password. */
      store: z.string(),
      socket: z.string(),
      /** Silence after which an agent from outside is dead. */
      deadAfterMs: z.int(),
      livingPods: z.int(),
      clients: z.int(),
      /** The log's own time now: what ages of things on the log are measured with. */
      logTimeMs: z.int(),
      head: z.int(),
    }),
  ),
  /** Ends the coordinator; pods go on. Refused `busy` while pods live, unless forced. */
  "server.stop": mutation(z.object({ force: z.boolean().default(false) }), Nothing),
} as const;
