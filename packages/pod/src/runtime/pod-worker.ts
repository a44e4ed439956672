/**
 * The worker of a pod that pulls tasks, put together with the pod's own controller.
 */
import type { Outcome } from "@podlane/protocol";
import type { CoordinatorLink } from "../link/coordinator-link.ts";
import type { PodSetting } from "./boot-setting.ts";
import type { ControllerLoop } from "./controller-loop.ts";
import { cancelOfTask } from "./own-requests.ts";
import { runOfPulledTask } from "./pulled-task.ts";
import { TaskWorker } from "./task-worker.ts";

export interface PodWorkerOptions {
  readonly setting: PodSetting;
  readonly coordinator: CoordinatorLink;
  /** Asked for when it is needed: the controller is made after the worker. */
  readonly loop: () => ControllerLoop;
  readonly leave: () => void;
  readonly warn: (message: string) => void;
}

/** Null for a pod that pulls no tasks. */
export function createPodWorker(options: PodWorkerOptions): TaskWorker | null {
  const { setting, coordinator, loop, leave, warn } = options;
  const { pull } = setting.boot.spec.settings;
  if (pull === undefined) return null;
  return new TaskWorker({
    coordinator,
    taskTypes: pull.taskTypes,
    phase: () => loop().state.phase,
    run: async (task) => {
      const outcome = await loop().request(runOfPulledTask(task, setting.layout.taskFile));
      return outcome as Outcome<{ turn: number }>;
    },
    cancel: () => void loop().request(cancelOfTask),
    leave,
    warn,
  });
}
