/**
 * What a server is told when it starts, by a flag, a `POD_*` variable or the files of settings: an
 * argument of its process, so that one that starts by itself is told the same.
 */
import { z } from "zod";
import { loadConfig } from "./config.ts";
import type { CommandContext, Workspace } from "./context.ts";
import { usageFailure } from "./failure.ts";
import { deadAfterSeconds } from "./plan/config-file.ts";

export const ServeSettings = z.object({
  /** Silence after which an agent from outside is dead. */
  deadAfterMs: z.int().min(1).optional(),
});
export type ServeSettings = z.infer<typeof ServeSettings>;

/** Ends the command when one of them is no setting. */
export async function serveSettings(
  context: CommandContext,
  workspace: Workspace,
  flags: { readonly deadAfter?: string | undefined } = {},
): Promise<ServeSettings> {
  const said = flags.deadAfter ?? context.environment["POD_DEAD_AFTER"];
  if (said !== undefined && said !== "") return { deadAfterMs: readSeconds(said) * 1_000 };
  const seconds = (await loadConfig(context, workspace)).sessions?.dead_after_seconds;
  return seconds === undefined ? {} : { deadAfterMs: seconds * 1_000 };
}

/** As the last argument of the server's program. */
export function settingsArgument(settings: ServeSettings): string {
  return JSON.stringify(settings);
}

function readSeconds(text: string): number {
  const seconds = deadAfterSeconds.safeParse(text.trim() === "" ? Number.NaN : Number(text));
  if (seconds.success) return seconds.data;
  throw usageFailure(`--dead-after ${text}: whole seconds are expected, 30 to 604800`);
}
