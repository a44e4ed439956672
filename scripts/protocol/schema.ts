/**
 * packages/protocol/schema/podlane.schema.json: every exported schema, every method and every log
 * event kind as JSON Schema. It describes what a sender may write: defaults may be left out, and
 * fields that it does not name are ignored by the receiver.
 */
import { z } from "zod";
import {
  Name,
  PodEvent,
  ReceivedPodEvent,
  Segment,
  UnknownPodEvent,
  UnitKey,
  logEventData,
  protocolVersion,
  type Method,
} from "../../packages/protocol/src/index.ts";
import { membersByKind, namedSchemas, tables } from "./tables.ts";

type JsonSchema = Record<string, unknown>;

const definitions = "#/$defs/";

export function generateSchema(): JsonSchema {
  const names = new Map<z.ZodType, string>();
  for (const [name, schema] of namedSchemas) if (!names.has(schema)) names.set(schema, name);
  const methods = Object.fromEntries(
    tables.map(({ name, methods: table }) => [name, describeTable(name, table, names)]),
  );
  const logEvents = Object.fromEntries(
    Object.entries(logEventData).map(([kind, data]) => [
      kind,
      refer(names, data, `logEvent.${kind}`),
    ]),
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:podlane:protocol:${protocolVersion}`,
    title: "The Podlane protocol",
    description: "Generated from packages/protocol/src by `npm run generate`. Do not edit.",
    methods,
    logEvents,
    $defs: convert(names),
  };
}

function describeTable(
  table: string,
  methods: Readonly<Record<string, Method>>,
  names: Map<z.ZodType, string>,
): JsonSchema {
  const entries = Object.entries(methods).map(([method, { params, result, ...facts }]) => {
    const { mutation, deadlineMs, hot } = facts;
    const refs = {
      params: refer(names, params, `${table}.${method}.params`),
      result: refer(names, result, `${table}.${method}.result`),
    };
    const base = { mutation, deadlineMs, ...refs };
    return [method, hot === undefined ? base : { ...base, hot }];
  });
  return Object.fromEntries(entries) as JsonSchema;
}

/** A reference to an exported schema by its own name, or to a new definition of that name. */
function refer(names: Map<z.ZodType, string>, schema: z.ZodType, name: string): JsonSchema {
  const known = names.get(schema);
  if (known !== undefined && !known.includes(".")) return { $ref: definitions + known };
  // A clone, because an unnamed schema (`z.object({})`) may serve several methods.
  names.set(schema.clone(), name);
  return { $ref: definitions + name };
}

function convert(names: ReadonlyMap<z.ZodType, string>): JsonSchema {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    uri: (id) => definitions + id,
    override: ({ zodSchema, jsonSchema }) => refine(zodSchema, jsonSchema),
  });
  const entries = Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [, schema] of entries) for (const key of ["$schema", "$id"]) delete schema[key];
  return Object.fromEntries(entries);
}

/** What the zod schemas check in code, said in JSON Schema where it can be said. */
function refine(schema: z.core.$ZodType, json: JsonSchema): void {
  if (schema === Name) json["pattern"] = `^(?!.*\\.lock$)${String(json["pattern"]).slice(1)}`;
  if (schema === UnitKey) json["description"] = "In canonical form; see docs/lock-keys.md.";
  if (schema === ReceivedPodEvent) {
    const known = [...membersByKind(PodEvent, "kind").keys(), "unknown"];
    openUnion(json, { field: "kind", known, common: z.object(commonShape) });
  }
  if (schema === Segment) {
    const known = ["text", "file_ref", "paste", "artifact_ref", "unknown"];
    openUnion(json, { field: "type", known, common: z.object({}) });
  }
}

/** The fields of every PodEvent, a newer peer's too. */
const { kind: _, originalKind: __, raw: ___, ...commonShape } = UnknownPodEvent.shape;

interface OpenUnion {
  readonly field: string;
  readonly known: readonly string[];
  readonly common: z.ZodObject;
}

/** A value of a newer peer is allowed as well; it is read as `unknown`. */
function openUnion(json: JsonSchema, { field, known, common }: OpenUnion): void {
  const { oneOf, $schema: _schema, ...rest } = json;
  for (const key of Object.keys(json)) Reflect.deleteProperty(json, key);
  const { properties, required = [] } = z.toJSONSchema(common, { io: "input" });
  const kind = { type: "string", maxLength: 128, pattern: `^(?!(?:${known.join("|")})$)` };
  const newer = {
    type: "object",
    properties: { [field]: kind, ...properties },
    required: [field, ...required],
  };
  Object.assign(json, rest, { anyOf: [...(oneOf as JsonSchema[]), newer] });
}
