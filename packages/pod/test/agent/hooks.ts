/**
 * Hooks of one turn that record what an agent asks for, and let a test wait for it.
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { accepted, type Fault, type Outcome, type ToolResult } from "@podlane/protocol";
import type { AgentContext, AgentHooks, AgentTurn, WaitCondition } from "../../src/agent/agent.ts";

export interface RecordedHooks extends AgentHooks {
  readonly said: string[];
  readonly calls: { tool: string; params: unknown }[];
  readonly commits: string[];
  readonly waits: WaitCondition[];
  readonly steps: number[];
  readonly printed: string[];
  cancel(): void;
  /** Resolves when the agent has printed this. */
  printedText(text: string): Promise<void>;
}

export interface HookAnswers {
  readonly tool?: (tool: string, params: unknown) => ToolResult | Promise<ToolResult>;
  readonly step?: AgentHooks["step"];
  readonly waitFor?: (condition: WaitCondition) => Promise<Outcome<void>>;
}

export function recordHooks(answers: HookAnswers = {}): RecordedHooks {
  const controller = new AbortController();
  const watchers: { text: string; resolve: () => void }[] = [];
  const hooks: RecordedHooks = {
    said: [],
    calls: [],
    commits: [],
    waits: [],
    steps: [],
    printed: [],
    signal: controller.signal,
    cancel: () => controller.abort(),
    async step(index) {
      hooks.steps.push(index);
      return answers.step?.(index) ?? { proceed: "go", notifications: [] };
    },
    async callTool(tool, params) {
      hooks.calls.push({ tool, params });
      return answers.tool?.(tool, params) ?? toolDone();
    },
    async waitFor(condition) {
      hooks.waits.push(condition);
      return answers.waitFor?.(condition) ?? accepted(undefined);
    },
    async commit(message) {
      hooks.commits.push(message);
      return toolDone();
    },
    say: (text) => void hooks.said.push(text),
    output(text) {
      hooks.printed.push(text);
      const all = hooks.printed.join("");
      for (const watcher of watchers) if (all.includes(watcher.text)) watcher.resolve();
    },
    printedText(text) {
      const { promise, resolve } = Promise.withResolvers<void>();
      watchers.push({ text, resolve });
      return hooks.printed.join("").includes(text) ? Promise.resolve() : promise;
    },
  };
  return hooks;
}

export function toolDone(text = "done"): ToolResult {
  return { ok: true, code: null, text, artifacts: [] };
}

export function turnOf(partial: Partial<AgentTurn> = {}): AgentTurn {
  return {
    turn: 1,
    cause: "user",
    podName: "worker",
    task: "tidy",
    input: [],
    notifications: [],
    firstStep: 0,
    ...partial,
  };
}

export interface AgentPlace extends Disposable {
  readonly context: AgentContext;
  readonly faults: readonly Fault[];
}

export function createPlace(): AgentPlace {
  const worktree = realpathSync(mkdtempSync(join(tmpdir(), "podlane-agent-")));
  const faults: Fault[] = [];
  const entry = new URL("../../src/agent/script-agent/main.ts", import.meta.url);
  return {
    context: {
      worktree,
      environment: { PATH: process.env["PATH"] ?? "", POD_NAME: "worker" },
      scriptEntry: fileURLToPath(entry),
      nodeFlags: ["--conditions=podlane-source", "--no-warnings"],
      onFault: (fault) => void faults.push(fault),
      graceMs: 500,
    },
    faults,
    [Symbol.dispose]: () => rmSync(worktree, { recursive: true, force: true }),
  };
}
