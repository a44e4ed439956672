/**
 * What a plan's schema cannot say: names that must exist, cycles, rules that must parse. Every
 * problem is found in one pass, each with its line.
 */
import { canonicalUnit, isGitPath, type Outcome, parseScopeRule, refused } from "@podlane/protocol";
import { findCycle } from "./dependency-order.ts";
import type { PlanFile } from "./plan-file.ts";
import { unsupportedInPlan } from "./unsupported.ts";
import type { ParsedSource, Problem } from "./yaml-source.ts";

type Path = readonly (string | number)[];
type Report = (path: Path, message: string) => void;

export function checkPlan(plan: PlanFile, source: ParsedSource<PlanFile>): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) =>
    problems.push({ ...source.locate(path), path: path.join("."), message });
  for (const found of unsupportedInPlan(plan)) report(found.path, `unsupported: ${found.reason}`);
  checkIds(plan, report);
  checkDependencies(plan, report);
  plan.tasks.forEach((task, index) => {
    reportRefusals(task.scope ?? [], parseLentRule, ["tasks", index, "scope"], report);
    reportRefusals(task.claims ?? [], canonicalUnit, ["tasks", index, "claims"], report);
  });
  const ids = new Set<string>(plan.tasks.map((task) => task.id));
  for (const id of Object.keys(plan.merge?.priority ?? {})) {
    if (!ids.has(id)) report(["merge", "priority", id], `no task is called '${id}'`);
  }
  return problems;
}

/** Git's own files can never be written by a pod, whatever it is lent. */
function parseLentRule(text: string): Outcome<unknown> {
  const rule = parseScopeRule(text);
  if (!rule.ok || !isGitPath(rule.value.target)) return rule;
  return refused("out_of_scope", `'${text}': git's own files cannot be lent`);
}

function checkIds(plan: PlanFile, report: Report): void {
  const seen = new Set<string>();
  plan.tasks.forEach((task, index) => {
    if (seen.has(task.id)) report(["tasks", index, "id"], `a second task is called '${task.id}'`);
    seen.add(task.id);
  });
}

function checkDependencies(plan: PlanFile, report: Report): void {
  const ids = new Set<string>(plan.tasks.map((task) => task.id));
  plan.tasks.forEach((task, index) => {
    task.depends_on?.forEach((id, position) => {
      const path = ["tasks", index, "depends_on", position];
      if (id === task.id) report(path, `'${id}' depends on itself`);
      else if (!ids.has(id)) report(path, `no task is called '${id}'`);
    });
  });
  const dependents = plan.tasks.map((task) => ({
    id: task.id,
    dependsOn: (task.depends_on ?? []).filter((id) => id !== task.id),
  }));
  const cycle = findCycle(dependents);
  if (cycle === null) return;
  const index = plan.tasks.findIndex((task) => task.id === cycle[0]);
  report(["tasks", index, "depends_on"], `dependencies form a cycle: ${cycle.join(" → ")}`);
}

function reportRefusals(
  texts: readonly string[],
  parse: (text: string) => Outcome<unknown>,
  at: Path,
  report: Report,
): void {
  texts.forEach((text, index) => {
    const parsed = parse(text);
    if (!parsed.ok) report([...at, index], parsed.error.message);
  });
}
