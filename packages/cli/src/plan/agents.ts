/**
 * Agent presets: from the name a plan or command line uses to the agent a pod is given.
 */
import { readFile } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { parseScript } from "@podlane/pod";
import { accepted, type AgentSpec, type Outcome, refused } from "@podlane/protocol";
import type { AgentPreset } from "./plan-file.ts";

/** Drivers of the built-in presets; those without an engine are refused by name. */
const builtIn: Readonly<Record<string, AgentPreset>> = {
  shell: { driver: "shell" },
  claude: { driver: "acp", command: ["claude-agent-acp"] },
  codex: { driver: "acp", command: ["codex-acp"] },
  gemini: { driver: "acp", command: ["gemini", "--acp"] },
  opencode: { driver: "acp", command: ["opencode", "acp"] },
  model: { driver: "model" },
};

export interface AgentChoice {
  /** A preset's name, or `script:PATH`. */
  readonly agent: string;
  /** For a shell agent without a command of its own: the line that `sh -c` runs. */
  readonly task: string;
  readonly presets: Readonly<Record<string, AgentPreset>>;
  /** What a relative script path is relative to. */
  readonly baseDir: string;
}

export async function resolveAgent(choice: AgentChoice): Promise<Outcome<AgentSpec>> {
  if (choice.agent.startsWith("script:")) {
    return readScript(choice.agent.slice("script:".length), choice.baseDir);
  }
  const preset = choice.presets[choice.agent] ?? builtIn[choice.agent];
  if (preset === undefined) return unknownAgent(choice);
  switch (preset.driver) {
    case "script":
      return preset.path === undefined
        ? refused("invalid_request", `agent '${choice.agent}' needs a path to its script`)
        : readScript(preset.path, choice.baseDir);
    case "shell":
      return accepted({
        driver: "shell",
        command: preset.command ?? ["sh", "-c", choice.task],
      });
    case "acp":
    case "model":
      return refused(
        "unsupported",
        `agent '${choice.agent}' needs the ${preset.driver} driver, which does not exist yet; ` +
          "use script:PATH or a shell command",
      );
  }
}

function unknownAgent(choice: AgentChoice): Outcome<never> {
  const known = [...Object.keys(choice.presets), ...Object.keys(builtIn), "script:PATH"];
  return refused("not_found", `unknown agent '${choice.agent}'; known: ${known.join(", ")}`);
}

async function readScript(path: string, baseDir: string): Promise<Outcome<AgentSpec>> {
  const full = isAbsolute(path) ? path : resolve(baseDir, path);
  let source: string;
  try {
    source = await readFile(full, "utf8");
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    return refused("not_found", `cannot read the script ${full}: ${reason}`);
  }
  const script = parseScript(source, path);
  return script.ok ? accepted({ driver: "script", path, source }) : script;
}
