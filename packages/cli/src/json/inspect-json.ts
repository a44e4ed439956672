/** `pod inspect --json`: one pod with everything the log knows of it. */
import { type PodRecord, TurnOutcome } from "@podlane/protocol";
import { z } from "zod";
import { PodJson, podJson } from "./pod-json.ts";

export const InspectJson = z.strictObject({
  version: z.literal(1),
  pod: PodJson.extend({
    socket: z.string().nullable(),
    baseCommit: z.string().nullable(),
    host: z.string(),
    run: z.string().nullable(),
    taskId: z.string().nullable(),
    delegate: z.int(),
    priority: z.int(),
    lastTurn: z
      .strictObject({
        n: z.int(),
        cause: z.string(),
        outcome: TurnOutcome,
        summary: z.string().nullable(),
        commit: z.string().nullable(),
        message: z.string().nullable(),
      })
      .nullable(),
    /** Of an ended pod: what it left uncommitted and printed last. */
    dirty: z.array(z.string()),
    lastOutput: z.string(),
  }),
});
export type InspectJson = z.infer<typeof InspectJson>;

export function inspectJson(pod: PodRecord, names: ReadonlyMap<string, string>): InspectJson {
  const { lastTurn, exit } = pod;
  return {
    version: 1,
    pod: {
      ...podJson(pod, names),
      socket: pod.socket,
      baseCommit: pod.baseCommit,
      host: pod.hostId,
      run: pod.runId,
      taskId: pod.taskId,
      delegate: pod.delegate,
      priority: pod.priority,
      lastTurn:
        lastTurn === null
          ? null
          : {
              n: lastTurn.turn,
              cause: lastTurn.cause,
              outcome: lastTurn.outcome,
              summary: lastTurn.result?.summary ?? null,
              commit: lastTurn.result?.commit ?? null,
              message: lastTurn.message,
            },
      dirty: exit?.dirty ?? [],
      lastOutput: exit?.lastOutput ?? "",
    },
  };
}
