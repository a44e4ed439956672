/**
 * Puts the tools behind one door: lookup, parameter check, one edit at a time, faults as answers.
 */
import type { ToolResult } from "@podlane/protocol";
import { listFiles } from "./list-files.ts";
import { applyPatch } from "./patch/apply-patch.ts";
import { listPods, readPodOutput, sendToPod, stopPod, waitPod } from "./pods/child-tools.ts";
import { spawnPod } from "./pods/spawn-pod.ts";
import { readArtifact } from "./read-artifact.ts";
import { readFile } from "./read-file.ts";
import { refuse } from "./result.ts";
import { runCommand } from "./run-command.ts";
import { searchFiles } from "./search-files.ts";
import type { ToolHost, ToolPorts } from "./tool-host.ts";
import type { Tool, ToolCall } from "./tool.ts";
import { writeFile } from "./write-file.ts";

/** Every tool, in the order in which clients list them. */
const allTools: readonly Tool[] = [
  readFile,
  writeFile,
  applyPatch,
  listFiles,
  searchFiles,
  runCommand,
  readArtifact,
  spawnPod,
  listPods,
  sendToPod,
  readPodOutput,
  waitPod,
  stopPod,
];

const byName: ReadonlyMap<string, Tool> = new Map(allTools.map((tool) => [tool.name, tool]));

export function createToolHost(ports: ToolPorts): ToolHost {
  const exclusively = createTurnstile();
  return {
    tools: allTools,
    call: (tool, params, context) => callTool(tool, params, { ...context, ports, exclusively }),
  };
}

async function callTool(name: string, raw: unknown, call: ToolCall): Promise<ToolResult> {
  const tool = byName.get(name);
  if (tool === undefined) return refuse("not_found", `there is no tool ${name.slice(0, 64)}`);
  const params = tool.params.safeParse(raw ?? {});
  if (!params.success) return refuse("invalid_request", describeIssues(name, params.error.issues));
  try {
    return await tool.run(params.data, call);
  } catch (error) {
    return refuse("internal", `${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function describeIssues(
  tool: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${[tool, ...path.map(String)].join(".")}: ${message}`)
    .join("; ");
}

/** Work given to it runs one after another, in order. */
function createTurnstile(): ToolCall["exclusively"] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
