/**
 * A task of the work queue as a turn of this pod: its words are the turn's input, and the whole of
 * it lies in a file that commands find by `POD_TASK_FILE`.
 */
import { writeFileSync } from "node:fs";
import type { Task } from "@podlane/protocol";
import type { MethodInput } from "../core/input.ts";
import { newBoundary } from "./handlers.ts";

/** What the file holds, and what a person needs to know of a task. */
type PulledTask = Pick<Task, "id" | "taskType" | "description" | "inputData">;

/** Writes the file and makes the request for the turn. */
export function runOfPulledTask(task: Task, file: string): (requestId: string) => MethodInput {
  const { id, taskType, description, inputData } = task;
  const pulled: PulledTask = { id, taskType, description, inputData };
  writeFileSync(file, `${JSON.stringify(pulled, null, 2)}\n`, { mode: 0o600 });
  return (requestId) => ({
    kind: "method",
    requestId,
    method: "run",
    params: { input: [{ type: "text", text: wordsOf(pulled) }] },
    sender: { role: "client", name: senderOf(id) },
    commandId: null,
    boundary: newBoundary(),
  });
}

const senderPrefix = "task ";

function senderOf(id: string): string {
  return `${senderPrefix}${id}`;
}

/** The id of the task that a turn's sender stands for; empty for any other sender. */
export function taskOfSender(name: string): string {
  return name.startsWith(senderPrefix) ? name.slice(senderPrefix.length) : "";
}

function wordsOf({ description, inputData }: PulledTask): string {
  if (Object.keys(inputData).length === 0) return description;
  return `${description}\n\nInput:\n${JSON.stringify(inputData, null, 2)}`;
}
