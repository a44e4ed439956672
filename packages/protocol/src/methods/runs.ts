/**
 * Plan runs: submitted whole, driven by coordinator and host, watched by whoever asks.
 */
import { z } from "zod";
import { RunId } from "../ids.ts";
import { mutation, query } from "../method.ts";
import { Plan, RunView } from "../run.ts";

const Nothing = z.object({});

export const runMethods = {
  /** The same id continues a drained or stopped run; a finished one answers its view. */
  "run.submit": mutation(z.object({ id: RunId, plan: Plan }), z.object({ run: RunView })),
  "run.get": query(z.object({ run: RunId }), z.object({ run: RunView })),
  "run.list": query(Nothing, z.object({ runs: z.array(RunView) })),
  "run.cancel": mutation(
    z.object({ run: RunId, mode: z.enum(["drain", "now"]) }),
    z.object({ run: RunView }),
  ),
} as const;

export const reservedRunMethods = {
  /** The run as it is, then each change. Data is a `RunView`. */
  "run.watch": query(
    z.object({ run: RunId }),
    z.object({ subscription: z.int(), head: z.int(), run: RunView }),
  ),
} as const;
