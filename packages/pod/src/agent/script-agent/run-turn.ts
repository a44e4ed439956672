/**
 * Runs one turn of a script: its steps in order, each after the runtime let it go on.
 */
import { setTimeout as delay } from "node:timers/promises";
import {
  accepted,
  refused,
  type ErrorCode,
  type Outcome,
  type Peer,
  type ToolResult,
} from "@podlane/protocol";
import type { Step } from "../script/step.ts";
import type { RuntimeMethods, ScriptOutcome, ScriptTurn } from "./link.ts";
import { fillDeep, fillText, type TemplateValues } from "./template.ts";

export type Runtime = Peer<RuntimeMethods>;
type Expectation = Extract<Step, { kind: "tool" }>["expect"];

/** Never returns from a `crash` step. */
export async function runTurn(turn: ScriptTurn, runtime: Runtime): Promise<ScriptOutcome> {
  const said: string[] = [];
  let kind = turn.notifications.at(-1) ?? "";
  for (const [index, step] of turn.steps.entries()) {
    if (index < turn.firstStep) continue;
    const head = await runtime.request("step", { index });
    if (!head.ok) return errored(head.error.code, head.error.message);
    if (head.value.proceed === "cancel") return errored("interrupted", "the turn was cancelled");
    kind = head.value.notifications.at(-1) ?? kind;
    const values = { task: turn.task, name: turn.name, "notification.kind": kind };
    const done = await runStep(step, values, runtime, said);
    if (!done.ok) {
      const message = `line ${step.line}, ${labelOf(step)}: ${done.error.message}`;
      return errored(done.error.code, message);
    }
  }
  return { kind: "finished", summary: said.join("\n") };
}

async function runStep(
  step: Step,
  values: TemplateValues,
  runtime: Runtime,
  said: string[],
): Promise<Outcome<unknown>> {
  switch (step.kind) {
    case "tool": {
      const params = fillDeep(step.params, values);
      return judge(await runtime.request("tool_call", { tool: step.tool, params }), step.expect);
    }
    case "commit": {
      const message = fillText(step.message, values);
      return judge(await runtime.request("commit", { message }), step.expect);
    }
    case "wait_for": {
      const condition = fillDeep(step.condition, values) as typeof step.condition;
      return runtime.request("wait_for", { condition });
    }
    case "say": {
      const text = fillText(step.text, values);
      said.push(text);
      return runtime.request("say", { text });
    }
    case "sleep":
      return accepted(await delay(step.ms));
    case "fail":
      return refused("interrupted", fillText(step.message, values));
    case "crash":
      return die();
  }
}

/** Whether a step went as the script says it should. */
export function judge(answer: Outcome<ToolResult>, expect: Expectation): Outcome<void> {
  if (!answer.ok) return answer;
  const result = answer.value;
  if (expect === null) {
    return result.ok ? accepted(undefined) : refused(result.code ?? "internal", result.text);
  }
  if (result.ok) return refused("conflict", "expected a refusal, and it was done");
  if (expect.code === null || expect.code === result.code) return accepted(undefined);
  const found = result.code ?? "no code";
  return refused("conflict", `expected refusal ${expect.code}, found ${found}: ${result.text}`);
}

function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  // The signal is on its way; nothing of this process runs on.
  return new Promise(() => {});
}

function errored(code: ErrorCode, message: string): ScriptOutcome {
  return { kind: "errored", code, message };
}

function labelOf(step: Step): string {
  return step.kind === "tool" ? step.tool : step.kind;
}
