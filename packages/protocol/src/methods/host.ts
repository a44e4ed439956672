/**
 * The host protocol: what a host reports to the coordinator, and what the coordinator asks of it.
 * Each request names the attempt it belongs to; a report of an older attempt is refused.
 */
import { z } from "zod";
import { CommitId, Generation, HostId, MergeId, PodId } from "../ids.ts";
import { maxPageEntries } from "../limits.ts";
import { Landed, MergeProblem } from "../merge.ts";
import { mutation, query } from "../method.ts";
import { PodEvent } from "../pod-event.ts";
import { PodExit, PodProcess } from "../pod-record.ts";
import { MergeMethod, PodSpec, Setup } from "../pod-spec.ts";
import { SandboxBackends } from "../sandbox-backends.ts";
import { Scope } from "../scope-rule.ts";

const Nothing = z.object({});
const incarnation = { pod: PodId, generation: Generation };

/** Host → coordinator. */
export const hostReportMethods = {
  "host.attach": mutation(
    z.object({
      hostId: HostId,
      capacity: z.int().min(1),
      labels: z.array(z.string()).default([]),
      backends: SandboxBackends.default([]),
    }),
    z.object({ hostId: HostId }),
  ),
  "host.started": mutation(
    z.object({
      ...incarnation,
      process: PodProcess,
      branch: z.string().nullable(),
      worktree: z.string(),
      baseCommit: CommitId,
    }),
    Nothing,
  ),
  "host.ready": mutation(z.object({ ...incarnation, socket: z.string() }), Nothing),
  "host.exited": mutation(
    z.object({ ...incarnation, exit: PodExit, lastSeq: z.int().min(0) }),
    /** `restarts`: it is not over, so nothing is said of its end. */
    z.object({ restarts: z.boolean() }),
  ),
  "host.collected": mutation(z.object({ pod: PodId, snapshot: z.string().nullable() }), Nothing),
  "host.merge_report": mutation(
    z.object({
      merge: MergeId,
      fence: z.int(),
      outcome: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("clean"), tree: z.string() }),
        z.object({ kind: z.literal("landed"), landed: Landed }),
        z.object({ kind: z.literal("problem"), problem: MergeProblem }),
      ]),
    }),
    Nothing,
  ),
} as const;

export const MergeOrder = z.object({
  merge: MergeId,
  fence: z.int(),
  /** False: predict and run the gate only; true: land it. */
  land: z.boolean(),
  /** Base branch; null for a detached head: the result stays on `resultBranch`. */
  base: z.string().nullable(),
  baseCommit: CommitId,
  branch: z.string(),
  commit: CommitId,
  method: MergeMethod,
  gate: z.string().nullable(),
  setup: Setup.nullable(),
  /** `podlane/<run>`: where a result goes that cannot go to base. */
  resultBranch: z.string(),
  message: z.string(),
});
export type MergeOrder = z.infer<typeof MergeOrder>;

/** Coordinator → host. An answer means "taken on"; what came of it is reported. */
export const hostOrderMethods = {
  "host.start": query(
    z.object({
      ...incarnation,
      attempt: z.int().min(1),
      parent: PodId.nullable(),
      path: z.string(),
      scope: Scope,
      spec: PodSpec,
    }),
    Nothing,
  ),
  "host.signal": query(
    z.object({
      ...incarnation,
      mode: z.enum(["shutdown", "kill"]),
      deadlineMs: z.int().min(0),
      cause: z.enum(["finished", "requested", "timeout"]),
    }),
    Nothing,
  ),
  /** Remove the worktree of an ended pod (snapshot first if it holds anything unmerged). */
  "host.collect": query(z.object({ pod: PodId, landed: z.boolean() }), Nothing),
  "host.merge": query(MergeOrder, Nothing),
  /** The undrained inbox of a dead pod, for whoever adopts its children. */
  "host.take_inbox": query(z.object({ pod: PodId }), z.object({ events: z.array(PodEvent) })),
} as const;

/** Host → coordinator, reserved. */
export const reservedHostMethods = {
  /** The processes that it has seen alive just now; one that is missing from it may be gone. */
  "host.alive": query(
    z.object({ hostId: HostId, pods: z.array(z.object(incarnation)).max(maxPageEntries) }),
    z.object({ nextWithinMs: z.int().min(1) }),
  ),
} as const;

export type HostReportMethods = typeof hostReportMethods;
export type HostOrderMethods = typeof hostOrderMethods;
