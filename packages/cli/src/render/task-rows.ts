/** Tasks in a table. */
import type { Task } from "@podlane/protocol";
import { renderDuration } from "./duration.ts";
import { oneLine, type Row } from "./table.ts";

export const taskHeader: Row = ["ID", "STATUS", "PRIO", "TYPE", "AGE", "WORKER", "DESCRIPTION"];

export function taskRow(task: Task, nowMs: number): Row {
  const worker = task.status === "claimed" ? (task.claimedBy ?? "") : "";
  const waits = task.waitsFor.length === 0 ? "" : `after ${task.waitsFor.join(", ")}`;
  return [
    task.id,
    task.status,
    String(task.priority),
    oneLine(task.taskType),
    renderDuration(nowMs - task.createdAtMs),
    oneLine(worker === "" ? waits : worker),
    oneLine(task.description.slice(0, 120)),
  ];
}

/** Everything of one task, a line a fact. */
export function taskLines(task: Task): string[] {
  const lines = [
    `task      ${task.id} ${task.status}, priority ${task.priority}`,
    `type      ${oneLine(task.taskType)}`,
    `words     ${oneLine(task.description)}`,
  ];
  const add = (label: string, text: string) => {
    if (text !== "") lines.push(`${label.padEnd(10)}${text}`);
  };
  add("input", textOf(task.inputData));
  add("waits", task.waitsFor.join(", "));
  add(
    "needs",
    [...task.agentRequirements.agentTypes, ...task.agentRequirements.capabilities].join(", "),
  );
  for (const { attempt, claimedBy, how } of task.attempts) {
    add(`attempt ${attempt}`, ` ${oneLine(claimedBy)}: ${how ?? "at work"}`);
  }
  add("result", task.result === null ? "" : textOf(task.result));
  add("error", task.error === null ? "" : `${task.error.code}: ${oneLine(task.error.message)}`);
  return lines;
}

function textOf(value: Readonly<Record<string, unknown>>): string {
  return Object.keys(value).length === 0 ? "" : oneLine(JSON.stringify(value));
}
