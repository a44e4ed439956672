/**
 * From what a pod was asked to be driven by to the agent that drives it.
 */
import type { AgentSpec } from "@podlane/protocol";
import type { Agent, AgentContext } from "./agent.ts";
import { ScriptAgent } from "./script.ts";
import { ShellAgent } from "./shell.ts";

/** Starts nothing: an agent's process comes with its first turn. */
export function createAgent(spec: AgentSpec, context: AgentContext): Agent {
  switch (spec.driver) {
    case "script":
      return new ScriptAgent(spec, context);
    case "shell":
      return new ShellAgent(spec.command, context);
  }
}
