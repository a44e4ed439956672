/** A plan of many cheap tasks, run to its end: every branch lands, and no bound is passed. */
import { expect } from "vitest";
import type { LogEventJson } from "../../packages/cli/src/json/log-event-json.ts";
import { minComingUp } from "../../packages/coordinator/src/core/limits.ts";
import { SummaryJson } from "../../packages/cli/src/json/summary-json.ts";
import { jsonLines, ScratchWorkspace } from "./scratch-workspace.ts";

const script = `on_run:
  - write_file: { path: "out/{{name}}.txt", content: "{{name}}" }
  - say: done
`;

export interface LargePlan {
  readonly tasks: number;
  readonly maxConcurrent: number;
}

export async function expectLargePlan({ tasks, maxConcurrent }: LargePlan): Promise<void> {
  await using workspace = new ScratchWorkspace({ "agent.yaml": script });
  const names = Array.from({ length: tasks }, (_, index) => `t${index}`);
  const task = (id: string) =>
    `  - { id: ${id}, agent: "script:agent.yaml", task: go, scope: [out/${id}.txt] }\n`;
  const config = `config: { max_concurrent_agents: ${maxConcurrent} }\nmerge: { mode: auto }\n`;
  const plan = `version: 1\n${config}tasks:\n${names.map(task).join("")}`;
  workspace.write({ "plan.yaml": plan });
  workspace.git("add", "-A");
  workspace.git("commit", "-qm", "plan");
  const ended = await workspace.pod(["run", "plan.yaml", "--json"]);
  const lines = jsonLines(ended.stdout);
  const summary = SummaryJson.parse(lines.at(-1));
  expect(summary.tasks.filter(({ merged }) => !merged)).toEqual([]);
  expect(ended.code).toBe(0);
  const files = workspace.git("ls-tree", "--name-only", "main:out").split("\n");
  expect(files.toSorted()).toEqual(names.map((name) => `${name}.txt`).toSorted());
  const events = lines.slice(0, -1) as unknown as LogEventJson[];
  const turns = mostAtOnce(events, /^pod\.turn_admitted$/, /^pod\.turn_(?:ended|yielded)$/);
  expect(turns).toBeLessThanOrEqual(maxConcurrent);
  expect(turns).toBeGreaterThan(1);
  const comingUp = mostAtOnce(events, /^pod\.spawned$/, /^pod\.(?:turn_admitted|exited)$/);
  expect(comingUp).toBeLessThanOrEqual(Math.max(minComingUp, maxConcurrent));
  expect(await workspace.pod(["stop", "--all"])).toMatchObject({ code: 0 });
  expect(workspace.git("worktree", "list").split("\n")).toHaveLength(1);
}

function mostAtOnce(events: readonly LogEventJson[], begins: RegExp, ends: RegExp): number {
  const at = new Set<string>();
  return Math.max(
    ...events.map(({ kind, subject }) => {
      if (begins.test(kind)) at.add(subject);
      if (ends.test(kind)) at.delete(subject);
      return at.size;
    }),
  );
}
