/**
 * Every table and named schema of the protocol, as the generated artefacts walk them. Found from
 * the package's exports, so a schema or table that is added there cannot be forgotten here.
 */
import { z } from "zod";
import * as protocol from "../../packages/protocol/src/index.ts";

/** One method table, the side that answers it and the page that describes it. */
export interface NamedTable {
  readonly name: string;
  readonly answeredBy: string;
  readonly methods: protocol.MethodTable;
}

export const tables = [
  { name: "pod", answeredBy: "a pod", methods: protocol.podMethods },
  { name: "coordinator", answeredBy: "the coordinator", methods: protocol.coordinatorMethods },
  {
    name: "coordinatorPush",
    answeredBy: "a pod that is connected to the coordinator",
    methods: protocol.coordinatorPushMethods,
  },
  {
    name: "hostReport",
    answeredBy: "the coordinator, for a host",
    methods: protocol.hostReportMethods,
  },
  {
    name: "reserved",
    answeredBy: "no server of this version (`unsupported`)",
    methods: protocol.reservedMethods,
  },
  { name: "hostOrder", answeredBy: "a host", methods: protocol.hostOrderMethods },
] as const satisfies readonly NamedTable[];
export type TableName = (typeof tables)[number]["name"];

/** The exported schemas by their exported name, sorted. */
export const namedSchemas: readonly (readonly [name: string, schema: z.ZodType])[] = Object.entries(
  protocol as Readonly<Record<string, unknown>>,
)
  .flatMap(([name, value]) => (value instanceof z.ZodType ? [[name, value] as const] : []))
  .toSorted(([a], [b]) => (a < b ? -1 : 1));

/** The members of a union that is told apart by one field, by the value of that field. */
export function membersByKind(
  union: { readonly options: readonly z.ZodObject[] },
  field: string,
): Map<string, z.ZodObject> {
  return new Map(
    union.options.map((option) => {
      const literal: unknown = option.shape[field];
      if (!(literal instanceof z.ZodLiteral)) throw new Error(`a ${field} that is no literal`);
      return [String(literal.value), option];
    }),
  );
}
