/**
 * From the YAML of a script to its steps. Strict, as for every file that people write: an unknown
 * key is an error, and every error names the line.
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { accepted, refused, type Outcome } from "@podlane/protocol";
import { readStep } from "./read-step.ts";
import { maxSteps, type Script, type Step } from "./step.ts";

/** A place in a script, and how to say that something there is wrong. */
export interface ScriptReader {
  lineOf(node: unknown): number;
  valueOf(node: unknown): unknown;
  wrong(node: unknown, message: string): Outcome<never>;
}

const lists = { on_run: "onRun", on_notification: "onNotification" } as const;

/** Refuses `invalid_request` with `PATH:LINE: what is wrong`; `path` is for messages only. */
export function parseScript(source: string, path: string): Outcome<Script> {
  const counter = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
  });
  const reader = readerOf(document, counter, path);
  const [error] = document.errors;
  if (error !== undefined) return wrongAt(path, counter.linePos(error.pos[0]).line, error.message);
  const root = document.contents;
  if (!isMap(root)) return reader.wrong(root, "a script is a map with on_run or on_notification");
  const script = { onRun: [] as readonly Step[], onNotification: [] as readonly Step[] };
  for (const { key, value } of root.items) {
    const name = isScalar(key) ? String(key.value) : "";
    if (!isListName(name)) {
      return reader.wrong(key, `unknown key ${name}: here are on_run and on_notification`);
    }
    const steps = readSteps(value, key, reader);
    if (!steps.ok) return steps;
    script[lists[name]] = steps.value;
  }
  return accepted(script);
}

function readSteps(value: unknown, key: unknown, reader: ScriptReader): Outcome<readonly Step[]> {
  if (value === null || (isScalar(value) && value.value === null)) return accepted([]);
  if (!isSeq(value)) return reader.wrong(key, "a list of steps is expected");
  if (value.items.length > maxSteps)
    return reader.wrong(key, `a list has at most ${maxSteps} steps`);
  const steps: Step[] = [];
  for (const item of value.items) {
    const step = readStep(item, reader);
    if (!step.ok) return step;
    steps.push(step.value);
  }
  return accepted(steps);
}

function readerOf(document: Document, counter: LineCounter, path: string): ScriptReader {
  const lineOf = (node: unknown) =>
    counter.linePos((node as Node | null)?.range?.[0] ?? 0).line || 1;
  return {
    lineOf,
    valueOf: (node) => (node as Node | null)?.toJS(document) ?? null,
    wrong: (node, message) => wrongAt(path, lineOf(node), message),
  };
}

function isListName(name: string): name is keyof typeof lists {
  return Object.hasOwn(lists, name);
}

function wrongAt(path: string, line: number, message: string): Outcome<never> {
  return refused("invalid_request", `${path}:${line}: ${message}`, { line });
}
