/**
 * One item of a script's list: a tool or an extra as its first key, `expect` and `code` beside it.
 */
import { isMap, isScalar, type YAMLMap } from "yaml";
import { accepted, ErrorCode, errorCodes, type Outcome } from "@podlane/protocol";
import { toolNames } from "../../tools/tool-names.ts";
import type { ScriptReader } from "./parse-script.ts";
import { maxSleepMs, type Step } from "./step.ts";

type Expectation = { code: ErrorCode | null } | null;
type ReadExtra = (value: unknown, node: unknown, reader: ScriptReader) => Outcome<Step>;

const beside = new Set(["expect", "code"]);

/** What may stand without a value: `- crash`. */
const bareSteps = new Set(["crash", "fail"]);

const extras: Readonly<Record<string, ReadExtra>> = {
  say: (value, node, reader) =>
    withText(value, node, reader, "say", (text, line) => ({ kind: "say", line, text })),
  fail: (value, node, reader) =>
    value === null
      ? accepted({ kind: "fail", line: reader.lineOf(node), message: "the script failed" })
      : withText(value, node, reader, "fail", (message, line) => ({ kind: "fail", line, message })),
  crash: (_value, node, reader) => accepted({ kind: "crash", line: reader.lineOf(node) }),
  sleep_ms: readSleep,
  wait_for: readWaitFor,
};

export function readStep(item: unknown, reader: ScriptReader): Outcome<Step> {
  if (isScalar(item) && typeof item.value === "string" && bareSteps.has(item.value)) {
    return extras[item.value]?.(null, item, reader) ?? reader.wrong(item, "not a step");
  }
  if (!isMap(item)) return reader.wrong(item, "a step is a map with a tool's name as its key");
  const keys = item.items.map(({ key }) => key).filter((key) => !beside.has(nameOf(key)));
  const [key, second] = keys;
  if (key === undefined) return reader.wrong(item, "the step names no tool");
  if (second !== undefined) {
    return reader.wrong(second, `${nameOf(key)} and ${nameOf(second)}: a step does one thing`);
  }
  const name = nameOf(key);
  const value = reader.valueOf(item.get(key, true));
  const expect = readExpectation(item, reader);
  if (!expect.ok) return expect;
  const extra = Object.hasOwn(extras, name) ? extras[name] : undefined;
  if (extra === undefined) return readCall(name, value, key, expect.value, reader);
  if (expect.value !== null) return reader.wrong(key, `${name} is never refused: drop expect`);
  return extra(value, key, reader);
}

function readCall(
  name: string,
  value: unknown,
  key: unknown,
  expect: Expectation,
  reader: ScriptReader,
): Outcome<Step> {
  if (name === "commit") {
    return withText(value, key, reader, name, (message, line) => ({
      kind: "commit",
      line,
      message,
      expect,
    }));
  }
  if (!toolNames.has(name)) {
    const known = [...toolNames, "commit", ...Object.keys(extras)].join(", ");
    return reader.wrong(key, `unknown step ${name}: here are ${known}`);
  }
  if (value !== null && (typeof value !== "object" || Array.isArray(value))) {
    return reader.wrong(key, `${name} takes a map of parameters`);
  }
  return accepted({
    kind: "tool",
    line: reader.lineOf(key),
    tool: name,
    params: value ?? {},
    expect,
  });
}

function readExpectation(item: YAMLMap, reader: ScriptReader): Outcome<Expectation> {
  const expect = item.get("expect", true);
  const code = item.get("code", true);
  if (expect === undefined) {
    return code === undefined ? accepted(null) : reader.wrong(code, "code needs expect: refused");
  }
  if (reader.valueOf(expect) !== "refused") return reader.wrong(expect, "expect can be: refused");
  if (code === undefined) return accepted({ code: null });
  const parsed = ErrorCode.safeParse(reader.valueOf(code));
  if (parsed.success) return accepted({ code: parsed.data });
  return reader.wrong(code, `unknown code: here are ${errorCodes.join(", ")}`);
}

function readSleep(value: unknown, node: unknown, reader: ScriptReader): Outcome<Step> {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > maxSleepMs) {
    return reader.wrong(node, `sleep_ms takes whole milliseconds from 0 to ${maxSleepMs}`);
  }
  return accepted({ kind: "sleep", line: reader.lineOf(node), ms: value });
}

function readWaitFor(value: unknown, node: unknown, reader: ScriptReader): Outcome<Step> {
  const entries = Object.entries(typeof value === "object" && value !== null ? value : {});
  const [key, wanted] = entries[0] ?? [];
  if (entries.length !== 1 || typeof wanted !== "string" || wanted === "") {
    return reader.wrong(node, "wait_for takes { turn_ended: NAME } or { notification: KIND }");
  }
  const line = reader.lineOf(node);
  if (key === "turn_ended")
    return accepted({ kind: "wait_for", line, condition: { turnEnded: wanted } });
  if (key === "notification") {
    return accepted({ kind: "wait_for", line, condition: { notification: wanted } });
  }
  return reader.wrong(node, `wait_for ${key}: here are turn_ended and notification`);
}

function withText(
  value: unknown,
  node: unknown,
  reader: ScriptReader,
  name: string,
  make: (text: string, line: number) => Step,
): Outcome<Step> {
  if (typeof value === "string" || typeof value === "number") {
    return accepted(make(String(value), reader.lineOf(node)));
  }
  return reader.wrong(node, `${name} takes a text`);
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}
