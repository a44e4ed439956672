/**
 * `coordinator.json`: how clients find the running coordinator of a workspace.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";

export const CoordinatorFile = z.object({
  version: z.literal(1),
  socket: z.string(),
  pid: z.int().min(1),
  /** Clock ticks since boot, against pid reuse; empty where the system does not tell. */
  startTime: z.string(),
  startedAtMs: z.int(),
});
export type CoordinatorFile = z.infer<typeof CoordinatorFile>;

/** Null when there is none, or when what lies there is not (yet) a whole file. */
export async function readCoordinatorFile(path: string): Promise<CoordinatorFile | null> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "";
    throw cause;
  });
  const parsed = CoordinatorFile.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
