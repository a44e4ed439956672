/**
 * The worker of a pod that pulls tasks, put together with the pod's own controller.
 */
import { type Outcome, type RegistrationId, TaskId, textOf } from "@podlane/protocol";
import type { PodSetting } from "./boot-setting.ts";
import type { ControllerLoop } from "./controller-loop.ts";
import type { Links } from "./links.ts";
import { cancelOfTask, shutdownOfSignal } from "./own-requests.ts";
import type { OwnSession } from "./own-session.ts";
import { runOfPulledTask, taskOfSender } from "./pulled-task.ts";
import { type OpenTurn, TaskWorker } from "./task-worker.ts";
import { warn } from "./warn.ts";

/** What a pod that cannot go on working leaves itself to end its turn in. */
const leaveMs = 2_000;

/** Null for a pod that pulls no tasks. */
export function createPodWorker(
  { boot, layout }: PodSetting,
  { loop }: OwnSession,
  { coordinator }: Pick<Links, "coordinator">,
): TaskWorker | null {
  const { pull } = boot.spec.settings;
  if (pull === undefined) return null;
  return new TaskWorker({
    coordinator,
    registration: boot.pod as string as RegistrationId,
    taskTypes: pull.taskTypes,
    phase: () => loop.state.phase,
    openTurn: () => openTurnOf(loop),
    run: async (task) => {
      const outcome = await loop.request(runOfPulledTask(task, layout.taskFile));
      return outcome as Outcome<{ turn: number }>;
    },
    cancel: () => void loop.request(cancelOfTask),
    leave: () => void loop.request(shutdownOfSignal(leaveMs)),
    warn,
  });
}

function openTurnOf({ state }: ControllerLoop): OpenTurn | null {
  const { turn } = state;
  const task = TaskId.safeParse(taskOfSender(turn?.sender?.name ?? ""));
  if (turn === null || !task.success) return null;
  return { turn: turn.n, task: task.data, words: textOf(turn.input) };
}
