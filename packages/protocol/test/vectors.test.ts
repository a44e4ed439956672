/** The committed artefacts: up to date, complete, and what this package makes of them. */
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { findStaleFiles, generateFiles } from "../../../scripts/generate-protocol.ts";
import { membersByKind, namedSchemas, tables } from "../../../scripts/protocol/tables.ts";
import { judge, toJson } from "../../../scripts/protocol/vectors/judge.ts";
import { type Vector, fromHex, toHex } from "../../../scripts/protocol/vectors/vector.ts";
import { verifies } from "../../../test/requirements.ts";
import {
  ActivityEvent,
  FrameDecoder,
  PodEvent,
  decodeMessage,
  logEventData,
  shouldNotifyAgent,
} from "../src/index.ts";

const folder = new URL("../vectors/", import.meta.url);

interface Group {
  readonly group: string;
  readonly vectors: readonly Vector[];
}

const groups = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Group);
const all = groups.flatMap(({ vectors }) => vectors);

test("the schema and the vectors are what the source says", () => {
  const remedy = (path: string) => `${path} is stale: run \`npm run generate\``;
  expect(findStaleFiles(generateFiles()).map(remedy)).toEqual([]);
});

describe.each(groups)("the vectors of $group", ({ vectors }) => {
  test("are read as they say", () => {
    for (const vector of vectors) {
      const bytes = fromHex(vector.hex);
      expect.soft(judge(vector, bytes), vector.name).toEqual(vector.expect);
      if (!("value" in vector)) continue;
      expect.soft(toJson(decodeMessage(bytes)), vector.name).toEqual(vector.value);
    }
  });

  test("have names of their own", () => {
    const names = vectors.map(({ name, reads }) => `${reads}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

test.each(groups.filter(({ group }) => group !== "frames"))(
  "the .msgpack file of $group holds the same messages as frames",
  ({ group, vectors }) => {
    const stream = readFileSync(new URL(`${group}.msgpack`, folder));
    const { frames, error } = new FrameDecoder().push(stream);
    expect(error).toBeUndefined();
    const hexes = vectors.map(({ hex }) => hex).filter((hex) => hex !== "");
    expect(frames.map(toHex)).toEqual(hexes);
  },
);

function countOf(vectors: readonly Vector[]): { valid: boolean; rejected: boolean } {
  return {
    valid: vectors.some(({ expect: outcome }) => "accepts" in outcome),
    rejected: vectors.some(({ expect: outcome }) => "rejects" in outcome),
  };
}

const both = { valid: true, rejected: true };
const methods = tables.flatMap(({ name, methods: table }) => {
  return Object.keys(table).map((method) => [name, method] as const);
});

test.each(methods)("%s.%s has valid and rejected params and results", (table, method) => {
  const own = all.filter((vector) => vector.table === table && vector.method === method);
  expect(countOf(own.filter(({ reads }) => reads === "params"))).toEqual(both);
  expect(countOf(own.filter(({ reads }) => reads === "result"))).toEqual(both);
});

const podEvents = all.filter(({ reads }) => reads === "pod_event");

test.each([...membersByKind(PodEvent, "kind").keys()])(
  `${verifies("R15", "R46")}the PodEvent %s has valid and rejected vectors`,
  (kind) => {
    expect(countOf(podEvents.filter(({ value }) => kindOf(value) === kind))).toEqual(both);
  },
);

test.each(Object.keys(logEventData))("the log event %s has valid and rejected vectors", (kind) => {
  const own = all.filter(({ reads, value }) => reads === "log_event" && kindOf(value) === kind);
  expect(countOf(own)).toEqual(both);
});

test.each([...membersByKind(ActivityEvent, "kind").keys()])(
  "the activity event %s has valid and rejected vectors",
  (kind) => {
    const own = all.filter(({ reads, value }) => {
      return reads === "activity_event" && kindOf(value) === kind;
    });
    expect(countOf(own)).toEqual(both);
  },
);

test(`${verifies("R20")}a PodEvent of a later revision is unknown, and on the control lane`, () => {
  const later = podEvents.find(({ name }) => name === "a kind of a later revision");
  expect(later?.expect).toMatchObject({ accepts: { kind: "unknown" }, lane: "control" });
});

test(`${verifies("R17")}the lane of each accepted PodEvent is that of its classification`, () => {
  for (const { expect: outcome } of podEvents) {
    if (!("accepts" in outcome)) continue;
    const visible = shouldNotifyAgent(PodEvent.or(z.any()).parse(outcome.accepts) as PodEvent);
    expect(outcome.lane).toBe(visible ? "agent" : "control");
  }
});

interface JsonSchemas {
  readonly methods: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly logEvents: Readonly<Record<string, object>>;
  readonly $defs: Readonly<Record<string, object>>;
}

describe("the JSON Schema", () => {
  const path = new URL("../schema/podlane.schema.json", import.meta.url);
  const text = readFileSync(path, "utf8");
  const schema = JSON.parse(text) as JsonSchemas;

  test("defines every exported schema, method and log event", () => {
    expect(Object.keys(schema.$defs)).toEqual(
      expect.arrayContaining(namedSchemas.map(([name]) => name)),
    );
    const described = Object.entries(schema.methods).flatMap(([table, entries]) =>
      Object.keys(entries).map((method) => [table, method]),
    );
    expect(described).toEqual(methods);
    expect(Object.keys(schema.logEvents)).toEqual(Object.keys(logEventData));
  });

  test("holds only references that lead somewhere", () => {
    const targets = [...text.matchAll(/"\$ref": "#\/\$defs\/([^"]+)"/g)].map(([, name]) => name);
    const dangling = targets.filter((name = "") => !Object.hasOwn(schema.$defs, name));
    expect(targets.length).toBeGreaterThan(100);
    expect(dangling).toEqual([]);
  });

  test.each(["PodEvent", "HistoryItem", "Segment", "ReceivedPodEvent"])(
    "%s, read back, judges the vectors as the source does",
    (name) => {
      const readings = { PodEvent: "pod_event", ReceivedPodEvent: "pod_event" } as const;
      const others = { HistoryItem: "history_item", Segment: "segment" } as const;
      const reads = { ...readings, ...others }[name];
      const readBack = z.fromJSONSchema({ $defs: schema.$defs, $ref: `#/$defs/${name}` } as never);
      for (const vector of all.filter((candidate) => candidate.reads === reads)) {
        if (name === "PodEvent" && vector.name.includes("a kind of a later revision")) continue;
        const { success } = readBack.safeParse(vector.value);
        expect.soft(success, vector.name).toBe("accepts" in vector.expect);
      }
    },
  );
});

function kindOf(value: unknown): unknown {
  return (value as { kind?: unknown } | null)?.kind;
}
