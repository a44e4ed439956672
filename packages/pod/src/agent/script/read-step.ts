/**
 * One item of a script's list: a tool or an extra as its first key, `expect` and `code` beside it.
 */
import { isMap, isScalar, type YAMLMap } from "yaml";
import { accepted, ErrorCode, errorCodes, type Outcome } from "@podlane/protocol";
import { toolNames } from "../../tools/tool-names.ts";
import type { ScriptReader } from "./parse-script.ts";
import { maxSleepMs, type Step } from "./step.ts";

type Expectation = { code: ErrorCode | null } | null;

/** A key of a step, where it stands, and how to complain about it. */
interface Place {
  readonly name: string;
  readonly key: unknown;
  readonly line: number;
  readonly reader: ScriptReader;
}

type ReadExtra = (value: unknown, place: Place) => Outcome<Step>;

const beside = new Set(["expect", "code"]);

/** What may stand without a value: `- crash`. */
const bareSteps = new Set(["crash", "fail"]);

const extras: Readonly<Record<string, ReadExtra>> = {
  say(value, place) {
    const text = textAt(value, place);
    return text.ok ? accepted({ kind: "say", line: place.line, text: text.value }) : text;
  },
  fail(value, place) {
    const text = textAt(value ?? "the script failed", place);
    return text.ok ? accepted({ kind: "fail", line: place.line, message: text.value }) : text;
  },
  crash: (_value, { line }) => accepted({ kind: "crash", line }),
  sleep_ms: readSleep,
  wait_for: readWaitFor,
};

export function readStep(item: unknown, reader: ScriptReader): Outcome<Step> {
  if (isScalar(item) && typeof item.value === "string" && bareSteps.has(item.value)) {
    const place = { name: item.value, key: item, line: reader.lineOf(item), reader };
    return readCall(null, null, place);
  }
  if (!isMap(item)) return reader.wrong(item, "a step is a map with a tool's name as its key");
  const keys = item.items.map(({ key }) => key).filter((key) => !beside.has(nameOf(key)));
  const [key, second] = keys;
  if (key === undefined) return reader.wrong(item, "the step names no tool");
  if (second !== undefined) {
    return reader.wrong(second, `${nameOf(key)} and ${nameOf(second)}: a step does one thing`);
  }
  const expect = readExpectation(item, reader);
  if (!expect.ok) return expect;
  const place = { name: nameOf(key), key, line: reader.lineOf(key), reader };
  return readCall(reader.valueOf(item.get(key, true)), expect.value, place);
}

function readCall(value: unknown, expect: Expectation, place: Place): Outcome<Step> {
  const { name, key, line, reader } = place;
  const extra = Object.hasOwn(extras, name) ? extras[name] : undefined;
  if (extra !== undefined) {
    if (expect !== null) return reader.wrong(key, `${name} is never refused: drop expect`);
    return extra(value, place);
  }
  if (name === "commit") {
    const text = textAt(value, place);
    return text.ok ? accepted({ kind: "commit", line, message: text.value, expect }) : text;
  }
  if (!toolNames.has(name)) {
    const known = [...toolNames, "commit", ...Object.keys(extras)].join(", ");
    return reader.wrong(key, `unknown step ${name}: here are ${known}`);
  }
  if (value !== null && (typeof value !== "object" || Array.isArray(value))) {
    return reader.wrong(key, `${name} takes a map of parameters`);
  }
  return accepted({ kind: "tool", line, tool: name, params: value ?? {}, expect });
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

function readSleep(value: unknown, { key, line, reader }: Place): Outcome<Step> {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > maxSleepMs) {
    return reader.wrong(key, `sleep_ms takes whole milliseconds from 0 to ${maxSleepMs}`);
  }
  return accepted({ kind: "sleep", line, ms: value });
}

function readWaitFor(value: unknown, { key, line, reader }: Place): Outcome<Step> {
  const entries = Object.entries(typeof value === "object" && value !== null ? value : {});
  const [what, wanted] = entries[0] ?? [];
  if (entries.length !== 1 || typeof wanted !== "string" || wanted === "") {
    return reader.wrong(key, "wait_for takes { turn_ended: NAME } or { notification: KIND }");
  }
  if (what === "turn_ended") {
    return accepted({ kind: "wait_for", line, condition: { turnEnded: wanted } });
  }
  if (what === "notification") {
    return accepted({ kind: "wait_for", line, condition: { notification: wanted } });
  }
  return reader.wrong(key, `wait_for ${what}: here are turn_ended and notification`);
}

function textAt(value: unknown, { name, key, reader }: Place): Outcome<string> {
  if (typeof value === "string" || typeof value === "number") return accepted(String(value));
  return reader.wrong(key, `${name} takes a text`);
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}
