/**
 * What a host tells a pod process at its start: one JSON file, mode 0600, whose path is its only
 * argument. Secrets are named by path, never carried in argv or the environment.
 */
import { readFile } from "node:fs/promises";
import { CommitId, Generation, PodId, PodSpec, Scope } from "@podlane/protocol";
import { podLayout, type StateLayout } from "@podlane/protocol/node";
import { z } from "zod";

export const BootFile = z.object({
  version: z.literal(1),
  pod: PodId,
  generation: Generation,
  parent: PodId.nullable(),
  path: z.string(),
  spec: PodSpec,
  scope: Scope,
  stateDir: z.string(),
  /** Where this pod listens. */
  socket: z.string(),
  worktree: z.string(),
  branch: z.string().nullable(),
  baseCommit: CommitId,
  /** Programs this pod starts: its script agent, and `pod` for what runs inside it. */
  scriptEntry: z.string(),
  nodeFlags: z.array(z.string()).default([]),
  podCommand: z.array(z.string()).min(1),
});
export type BootFile = z.infer<typeof BootFile>;

/** As the latest start of the pod left it. */
export async function readBootFile(
  pod: PodId,
  { layout }: { readonly layout: Pick<StateLayout, "stateDir"> },
): Promise<BootFile> {
  const text = await readFile(podLayout(layout.stateDir, pod).bootFile, "utf8");
  return BootFile.parse(JSON.parse(text));
}

/** What the process writes to descriptor 3, one JSON line, when it can take methods. */
export const BootReport = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready"), socket: z.string() }),
  z.object({ kind: z.literal("failed"), message: z.string() }),
]);
export type BootReport = z.infer<typeof BootReport>;

/** What a host writes back once the workspace is whole. If it closes instead, the pod ends. */
export const beginWord = "begin\n";

/** What the process leaves when it ends on its own terms. */
export const ExitFile = z.object({
  version: z.literal(1),
  generation: Generation,
  cause: z.enum(["finished", "requested", "timeout"]),
});
export type ExitFile = z.infer<typeof ExitFile>;
