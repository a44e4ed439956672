/**
 * Settings beneath a plan's own: the project's `pod.yaml` over the user's file. Flags and `POD_*`
 * variables stand above both, where a verb has them.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext, Workspace } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { ConfigFile } from "./plan/config-file.ts";
import { unsupportedInConfig } from "./plan/unsupported.ts";
import { parseYaml } from "./plan/yaml-source.ts";

export const projectFileName = "pod.yaml";

export async function loadConfig(
  context: CommandContext,
  workspace: Workspace,
): Promise<ConfigFile> {
  const user = await readConfig(userFile(context.environment));
  const project = await readConfig(join(workspace.repository.toplevel, projectFileName));
  return { ...user, ...project };
}

/** Where a user's own settings lie. */
export function userFile(environment: CommandContext["environment"]): string {
  const xdg = environment["XDG_CONFIG_HOME"];
  const folder = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".config");
  return join(folder, "podlane", "config.yaml");
}

/** Empty when there is no such file; ends the command with its line when it is not valid. */
async function readConfig(path: string): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw cause;
  }
  const source = parseYaml(text, ConfigFile.nullable());
  const unsupported = unsupportedInConfig(source.value ?? {}, []).map(({ path: at, reason }) => ({
    ...source.locate(at),
    path: at.join("."),
    message: `unsupported: ${reason}`,
  }));
  const problems = [...source.problems, ...unsupported];
  if (problems.length === 0) return source.value ?? {};
  const lines = problems.map((p) => `${path}:${p.line}:${p.column}: ${p.path}: ${p.message}`);
  throw new CommandFailure(lines.join("\n"), exitCodes.usage);
}
