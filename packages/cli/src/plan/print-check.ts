/** What `pod plan check` and `pod run --dry-run` say of a valid plan. */
import type { Plan } from "@podlane/protocol";
import type { PlanCheckJson } from "../json/upkeep-json.ts";
import { renderTable } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";
import { criticalPath } from "./dependency-order.ts";
import { forecast } from "./feasibility.ts";

export function printPlanCheck(terminal: Terminal, plan: Plan, json: boolean): void {
  const { feasibility, overlaps, order } = forecast(plan.tasks);
  const critical = criticalPath(plan.tasks);
  if (json) {
    const tasks = plan.tasks.map((task) => task.id);
    const pairs = overlaps.map((pair) => ({ ...pair, shared: [...pair.shared] }));
    const answer: PlanCheckJson = {
      version: 1,
      feasibility,
      tasks,
      order: order.map((wave) => [...wave]),
      criticalPath: critical,
      overlaps: pairs,
    };
    terminal.json(answer);
    return;
  }
  terminal.print(`feasibility  ${feasibility}`);
  terminal.print(
    `base         ${plan.base.branch ?? "detached"} at ${plan.base.commit.slice(0, 12)}`,
  );
  terminal.print(`order        ${order.map((wave) => wave.join(", ")).join(" → ")}`);
  terminal.print(`longest      ${critical.join(" → ")}`);
  if (overlaps.length === 0) return;
  terminal.print("");
  const rows = overlaps.map((pair) => [pair.first, pair.second, pair.shared.join(", ")]);
  const table = renderTable(["FIRST", "THEN", "SHARED (QUEUED BY CLAIMS)"], rows, terminal.columns);
  for (const line of table) terminal.print(line);
}
