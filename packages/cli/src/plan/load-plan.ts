/**
 * Reading a plan: from its path to the plan that can be submitted, or every problem with its line.
 */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { resolveBase } from "@podlane/pod";
import { exitCodes, type Plan, type UnitCapacity } from "@podlane/protocol";
import type { CommandContext, Workspace } from "../context.ts";
import { CommandFailure } from "../failure.ts";
import { loadConfig } from "../config.ts";
import { checkPlan } from "./check-plan.ts";
import { PlanFile } from "./plan-file.ts";
import { type PlanContext, resolvePlan } from "./resolve-plan.ts";
import { parseYaml, type Problem } from "./yaml-source.ts";

export interface LoadedPlan {
  readonly plan: Plan;
  /** Of process units, for the whole workspace. */
  readonly capacities: readonly UnitCapacity[];
  readonly path: string;
  readonly content: string;
}

/** Ends the command with exit code 2 and one line a problem when the plan is not valid. */
export async function loadPlan(
  context: CommandContext,
  workspace: Workspace,
  path: string,
  overrides: PlanContext["overrides"],
): Promise<LoadedPlan> {
  const full = resolve(context.cwd, path);
  const content = await readPlan(full);
  const source = parseYaml(content, PlanFile);
  const file = source.value;
  if (file === undefined) throw invalidPlan(path, source.problems);
  const problems = checkPlan(file, source);
  const base = await resolveBase(workspace.repository, file.base);
  if (!base.ok) {
    problems.push({ ...source.locate(["base"]), path: "base", message: base.error.message });
  }
  if (!base.ok || problems.length > 0) throw invalidPlan(path, problems);
  const resolved = await resolvePlan(file, source, {
    path: full,
    baseDir: dirname(full),
    base: { branch: base.value.branch, commit: base.value.commit },
    defaults: await loadConfig(context, workspace),
    overrides,
  });
  if (resolved.plan === null) throw invalidPlan(path, resolved.problems);
  const { plan, capacities } = resolved;
  return { plan, capacities, path: full, content };
}

async function readPlan(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new CommandFailure(`cannot read the plan ${path}: ${code}`, exitCodes.notFound);
  }
}

function invalidPlan(path: string, problems: readonly Problem[]): CommandFailure {
  const lines = problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, path: at, message }) => {
      return `${path}:${line}:${column}: ${at === "" ? "" : `${at}: `}${message}`;
    });
  return new CommandFailure(lines.join("\n"), exitCodes.usage);
}
