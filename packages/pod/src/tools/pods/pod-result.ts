/**
 * How the results of children are put into a tool's answer. A child's own words come last, as data.
 */
import type { Artifact, ToolResult } from "@podlane/protocol";
import { done } from "../result.ts";
import type { PodResult, SpawnedPod } from "../tool-host.ts";

export function spawnResult(spawned: SpawnedPod): ToolResult {
  const { name, podId, result } = spawned;
  if (result === null) return done(`${name} started`, { name, pod_id: podId, result: null });
  return withResults(`${name} started`, { name, pod_id: podId }, [result]);
}

export function waitResult(results: readonly PodResult[]): ToolResult {
  return withResults("", {}, results);
}

/** Done also when a child failed: that it did is the answer, not a failure of the tool. */
function withResults(
  title: string,
  content: Readonly<Record<string, unknown>>,
  results: readonly PodResult[],
): ToolResult {
  const lines = [title, ...results.map(describe)].filter((line) => line !== "");
  const artifacts: Artifact[] = results.flatMap((each) => each.result?.artifacts ?? []);
  const [only] = results;
  const named =
    title === "" ? { results: results.map(toContent) } : { result: only && toContent(only) };
  return done(lines.join("\n"), { ...content, ...named }, artifacts);
}

function toContent(each: PodResult): Record<string, unknown> {
  return {
    name: each.name,
    pod_id: each.podId,
    outcome: each.outcome,
    summary: each.result?.summary ?? null,
    branch: each.result?.branch ?? null,
    commit: each.result?.commit ?? null,
    message: each.message,
  };
}

function describe(each: PodResult): string {
  const words = each.result?.summary ?? each.message ?? "";
  return words === "" ? `${each.name}: ${each.outcome}` : `${each.name}: ${each.outcome}: ${words}`;
}
