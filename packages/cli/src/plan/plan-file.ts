/**
 * The plan file as people write it (strict: an unknown key is an error with its line).
 */
import { maxMessageBytes, maxPlanTasks, MergeMethod, MergeMode, Name } from "@podlane/protocol";
import { z } from "zod";
import { ConfigFile, perPod, PullFile } from "./config-file.ts";

export const AgentPreset = z.strictObject({
  driver: z.enum(["script", "shell", "acp", "model"]),
  /** `script`: the script's file, relative to the plan. */
  path: z.string().min(1).optional(),
  /** `shell`, `acp`: program and arguments. */
  command: z.array(z.string()).min(1).optional(),
  pull: PullFile.optional(),
  /** Turns of it that may run at once in the run. */
  max_concurrent: z.int().min(1).max(1_000).optional(),
});
export type AgentPreset = z.infer<typeof AgentPreset>;

export const TaskFile = z.strictObject({
  ...perPod,
  id: Name,
  agent: z.string().min(1),
  task: z.string().min(1).max(maxMessageBytes),
  scope: z.array(z.string()).optional(),
  claims: z.array(z.string()).optional(),
  depends_on: z.array(z.string()).optional(),
});
export type TaskFile = z.infer<typeof TaskFile>;

export const MergeFile = z.strictObject({
  mode: MergeMode.optional(),
  method: MergeMethod.optional(),
  gate: z.string().min(1).optional(),
  priority: z.record(z.string(), z.int().min(1).max(10)).optional(),
});

export const SetupFile = z.strictObject({
  run: z.string().min(1).optional(),
  link: z.array(z.string().min(1)).optional(),
  copy: z.array(z.string().min(1)).optional(),
});

export const PlanFile = z.strictObject({
  version: z.literal(1, { error: "version must be 1" }),
  base: z.string().min(1).optional(),
  agents: z.record(z.string(), AgentPreset).optional(),
  config: ConfigFile.optional(),
  tasks: z.array(TaskFile).min(1).max(maxPlanTasks),
  merge: MergeFile.optional(),
  setup: SetupFile.optional(),
  sandbox: z.enum(["required", "auto", "off"]).optional(),
});
export type PlanFile = z.infer<typeof PlanFile>;
