/**
 * The order of the queue: pending tasks that nothing stands before, in lanes by type and
 * requirements, each sorted by priority and then age. A claim looks at the head of each lane that
 * its types allow, so it costs as many look-ups as there are different requirements, however long
 * the backlog.
 */
import type { AgentRequirements } from "@podlane/protocol";
import { taskIdAt } from "../identity.ts";
import {
  emptyNumbers,
  firstNumber,
  insertNumber,
  removeNumber,
  visitNumbers,
} from "../sorted-numbers.ts";
import type { Undo } from "../undo.ts";
import type { Lane, TaskEntry, TasksSlice } from "./tasks-slice.ts";
import { knownTask } from "./tasks-slice.ts";

/** Room for 2⁴⁸ events; ten priorities above it stay exact integers. */
const priorityStep = 2 ** 48;

/** Priority first, then the seq of the submission, as one number. */
export function rankOf({ request, seq }: Pick<TaskEntry, "request" | "seq">): number {
  return request.priority * priorityStep + seq;
}

export function enterLane(tasks: TasksSlice, task: TaskEntry, undo: Undo): void {
  const { taskType, agentRequirements: requirements } = task.request;
  let lanes = tasks.lanes.get(taskType);
  if (lanes === undefined) {
    lanes = new Map();
    undo.put(tasks.lanes, taskType, lanes);
  }
  const key = keyOf(requirements);
  let lane = lanes.get(key);
  if (lane === undefined) {
    lane = { requirements, waiting: emptyNumbers() };
    undo.put(lanes, key, lane);
  }
  insertNumber(lane.waiting, rankOf(task), undo);
}

/** Does nothing for a task that is in no lane. */
export function leaveLane(tasks: TasksSlice, task: TaskEntry, undo: Undo): void {
  const { taskType, agentRequirements } = task.request;
  const lanes = tasks.lanes.get(taskType);
  const key = keyOf(agentRequirements);
  const lane = lanes?.get(key);
  if (lanes === undefined || lane === undefined) return;
  removeNumber(lane.waiting, rankOf(task), undo);
  if (firstNumber(lane.waiting) !== undefined) return;
  undo.remove(lanes, key);
  if (lanes.size === 0) undo.remove(tasks.lanes, taskType);
}

/** The lanes of some types, or of all. */
export function* lanesOf(tasks: TasksSlice, types?: readonly string[]): Iterable<Lane> {
  if (types === undefined) {
    for (const lanes of tasks.lanes.values()) yield* lanes.values();
    return;
  }
  for (const type of new Set(types)) yield* tasks.lanes.get(type)?.values() ?? [];
}

/** The first task of a lane. */
export function headOf(tasks: TasksSlice, { waiting }: Lane): TaskEntry {
  const rank = firstNumber(waiting);
  if (rank === undefined) throw new Error("a lane of the work queue is empty");
  return knownTask(tasks, idOf(rank));
}

/** The first tasks of all lanes together, as many as asked for. */
export function nextTasks(
  tasks: TasksSlice,
  { types, limit }: { readonly types?: readonly string[] | undefined; readonly limit: number },
): TaskEntry[] {
  const ranks: number[] = [];
  for (const lane of lanesOf(tasks, types)) {
    let left = limit;
    visitNumbers(lane.waiting, (rank) => {
      ranks.push(rank);
      left -= 1;
      return left > 0;
    });
  }
  const first = ranks.toSorted((a, b) => a - b).slice(0, limit);
  return first.map((rank) => knownTask(tasks, idOf(rank)));
}

const noRequirements = "";

function keyOf({ agentTypes, capabilities }: AgentRequirements): string {
  if (agentTypes.length === 0 && capabilities.length === 0) return noRequirements;
  return JSON.stringify([agentTypes.toSorted(), capabilities.toSorted()]);
}

function idOf(rank: number) {
  return taskIdAt(rank % priorityStep);
}
