/**
 * `spawn_pod`: a child with an agent, a task and a part of this pod's scope.
 */
import {
  accepted,
  Name,
  parseScope,
  refused,
  type AgentSpec,
  type Outcome,
  type SpawnChild,
} from "@podlane/protocol";
import { z } from "zod";
import { parseScript } from "../../agent/script/parse-script.ts";
import { maxCommandBytes, maxWaitSeconds } from "../limits.ts";
import { readText } from "../read-file.ts";
import { refusal } from "../result.ts";
import { defineTool, type ToolCall } from "../tool.ts";
import { spawnResult } from "./pod-result.ts";

const SpawnPod = z.object({
  name: Name.optional(),
  task: z.string().nullable().default(null),
  /** `script:PATH`, or `shell` with a command or a task. */
  agent: z.string().optional(),
  /** A line for `sh -c`, or a program and its arguments. */
  command: z
    .union([z.string().min(1).max(maxCommandBytes), z.array(z.string()).min(1).max(1_024)])
    .optional(),
  /** Rules as `[!]PATH[:r|:w][:flat]`. */
  scope: z.array(z.string()).default([]),
  claims: z.array(z.string()).max(64).default([]),
  delegate: z.int().min(0).optional(),
  priority: z.int().min(1).max(10).default(5),
  /** True: answers when the child's first turn has ended, with its result. */
  wait: z.boolean().default(true),
  timeout_seconds: z.number().positive().max(maxWaitSeconds).default(maxWaitSeconds),
});
type SpawnPod = z.output<typeof SpawnPod>;

export const spawnPod = defineTool({
  name: "spawn_pod",
  description:
    "Starts a child pod and lends it a part of this pod's scope until it is gone. Waits for its " +
    "result unless wait is false; then a notification brings it.",
  params: SpawnPod,
  annotations: { readOnly: false, destructive: false, idempotent: false },
  async run(params, call) {
    const agent = await readAgent(params, call);
    if (!agent.ok) return refusal(agent.error);
    const scope = parseScope(params.scope);
    if (!scope.ok) return refusal(scope.error);
    const request: SpawnChild = {
      agent: agent.value,
      task: params.task,
      scope: scope.value,
      claims: params.claims,
      limits: {},
      priority: params.priority,
      merge: {},
      restart: { maxRestarts: 0 },
      ...(params.name === undefined ? {} : { name: params.name }),
      ...(params.delegate === undefined ? {} : { delegate: params.delegate }),
    };
    const waitMs = params.wait ? params.timeout_seconds * 1_000 : null;
    const spawned = await call.ports.pods.spawn(request, waitMs, call.signal);
    return spawned.ok ? spawnResult(spawned.value) : refusal(spawned.error);
  },
});

/** A script is read and checked here: one that can not run is refused before anything starts. */
async function readAgent(params: SpawnPod, call: ToolCall): Promise<Outcome<AgentSpec>> {
  const agent = params.agent ?? (params.command === undefined ? null : "shell");
  if (agent === null) {
    return refused("invalid_request", "name an agent (script:PATH or shell) or a command");
  }
  if (agent === "shell") return shellAgent(params.command ?? params.task);
  if (!agent.startsWith("script:")) {
    return refused("unsupported", `agent ${agent}: here are script:PATH and shell`);
  }
  const path = agent.slice("script:".length);
  const file = await readText(path, call);
  if (!file.ok) return refused(file.error.code, `agent script:${path}: ${file.error.message}`);
  const script = parseScript(file.value.text, path);
  return script.ok ? accepted({ driver: "script", path, source: file.value.text }) : script;
}

/** Without a command of its own a shell runs its task, as `pod spawn --agent shell` does. */
function shellAgent(command: NonNullable<SpawnPod["command"]> | null): Outcome<AgentSpec> {
  if (command === null) return refused("invalid_request", "agent shell needs a command or a task");
  const argv = typeof command === "string" ? ["/bin/sh", "-c", command] : command;
  return accepted({ driver: "shell", command: argv });
}
