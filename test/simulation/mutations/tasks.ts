/** Mistakes of the work queue and of those who work. */
import type { Mutation } from "./mutation.ts";

export const taskMutations: readonly Mutation[] = [
  {
    name: "a claimed task stays in its lane",
    file: "core/tasks/evolve.ts",
    edits: [["leaveLane(tasks, task, undo);\n    const leaseUntilMs", "const leaseUntilMs"]],
    within: { tasks: true },
    breaks: ["Q1", "linearizability", "queue"],
  },
  {
    name: "a dead worker keeps its tasks until their leases end",
    file: "core/sessions/ending.ts",
    edits: [["new TaskEndings(state, batch).giveBackAllOf(id);", "void TaskEndings;"]],
    within: { tasks: true, faults: ["silentWorker", "crashedAgent"] },
    breaks: ["Q2"],
  },
  {
    name: "an ended pod's tasks return twice",
    file: "core/pods/exit.ts",
    edits: [
      [
        "new TaskEndings(state, batch).giveBackAllOf(pod.id);",
        "for (const _ of [1, 2]) new TaskEndings(state, batch).giveBackAllOf(pod.id);",
      ],
    ],
    fromSeed: 57,
    within: { tasks: true, pods: true },
    breaks: ["Q2", "Q1"],
  },
  {
    name: "a task is tried once more than it may be",
    file: "core/tasks/endings.ts",
    edits: [["task.attempts.length >= task", "task.attempts.length > task"]],
    within: { tasks: true },
    breaks: ["Q2"],
  },
  {
    name: "a submitted task waits for nothing",
    file: "core/tasks/evolve.ts",
    edits: [
      [
        "if (task.waitsFor.size === 0) enterLane(tasks, task, undo);\n    setDue",
        "enterLane(tasks, task, undo);\n    setDue",
      ],
    ],
    within: { tasks: true },
    breaks: ["Q3", "linearizability", "queue"],
  },
  {
    name: "the end of a task frees nobody who waits for it",
    file: "core/tasks/evolve.ts",
    edits: [
      [
        "undo.drop(task.waitsFor, ended.id);\n      if (task.waitsFor.size === 0)",
        "undo.drop(task.waitsFor, ended.id);\n      if (task.waitsFor.size < 0)",
      ],
    ],
    within: { tasks: true },
    breaks: ["linearizability", "queue"],
  },
  {
    name: "what depends on a failed task stays in the queue",
    file: "core/tasks/endings.ts",
    edits: [['task.request.onDependencyFailure === "cancel"', "task.seq < 0"]],
    within: { tasks: true },
    breaks: ["Q3"],
  },
  {
    name: "anybody completes what somebody has claimed",
    file: "core/tasks/complete.ts",
    edits: [["if (claim === null || claim.holder !== actor.id) {", "if (claim === null) {"]],
    fromSeed: 22,
    within: { tasks: true },
    breaks: ["Q1"],
  },
  {
    name: "a dependency that is being worked on counts as done",
    file: "core/tasks/submit.ts",
    edits: [["if (isOpen(status)) waitsFor", 'if (status === "pending") waitsFor']],
    within: { tasks: true },
    breaks: ["Q3", "linearizability"],
  },
  {
    name: "the lane that is looked at last goes first",
    file: "core/tasks/claim.ts",
    edits: [["if (first === null || rankOf(head) < rankOf(first)) first = head;", "first = head;"]],
    within: { tasks: true },
    breaks: ["linearizability"],
  },
];
