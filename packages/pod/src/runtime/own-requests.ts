/**
 * Methods that a pod calls on itself: the first turn of its task, the end of a turn whose task was
 * taken away, and leaving on a signal.
 */
import type { BootFile } from "../host/boot-file.ts";
import type { MethodInput } from "../core/input.ts";
import { newBoundary } from "./handlers.ts";

/** The first turn is asked for under one id, so that a restart does not ask for it again. */
export const taskCommandId = { client: "spawn", n: 1 } as const;

export function runOfTask({ parent }: BootFile, task: string) {
  return (requestId: string): MethodInput => ({
    kind: "method",
    requestId,
    method: "run",
    params: { input: [{ type: "text", text: task }] },
    sender: { role: parent === null ? "operator" : "pod", name: "spawn" },
    commandId: taskCommandId,
    boundary: newBoundary(),
  });
}

/** Nobody wants what the turn has made. */
export function cancelOfTask(requestId: string): MethodInput {
  return {
    kind: "method",
    requestId,
    method: "cancel",
    params: { keepPartial: false },
    sender: { role: "client", name: "work queue" },
    commandId: null,
    boundary: newBoundary(),
  };
}

export function shutdownOfSignal(deadlineMs: number) {
  return (requestId: string): MethodInput => ({
    kind: "method",
    requestId,
    method: "shutdown",
    params: { deadlineMs, cause: "requested" },
    sender: { role: "client", name: "signal" },
    commandId: null,
    boundary: newBoundary(),
  });
}
