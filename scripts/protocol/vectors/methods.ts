/** Vectors of every method: its request in each form it has, and its answer. */
import type { Method } from "../../../packages/protocol/src/index.ts";
import { writeRequest, writeResponse } from "../../../packages/protocol/src/envelope/write.ts";
import {
  type MethodSample,
  coordinatorPushSamples,
  coordinatorSamples,
  hostOrderSamples,
  hostReportSamples,
  podSamples,
} from "../samples/methods.ts";
import { reservedSamples } from "../samples/reserved-methods.ts";
import { commandId } from "../samples/values.ts";
import { type TableName, tables } from "../tables.ts";
import { spoil, vary } from "./spoil.ts";
import { type Draft, rejected, valid } from "./vector.ts";

type AnySample = MethodSample<object, object>;

const samples: Readonly<Record<TableName, Readonly<Record<string, AnySample>>>> = {
  pod: podSamples,
  coordinator: coordinatorSamples,
  coordinatorPush: coordinatorPushSamples,
  hostReport: hostReportSamples,
  reserved: reservedSamples,
  hostOrder: hostOrderSamples,
};

export function methodVectors(table: TableName): Draft[] {
  const methods: Readonly<Record<string, Method>> =
    tables.find(({ name }) => name === table)?.methods ?? {};
  const known = Object.entries(methods).flatMap(([method, shape]) => {
    const sample = samples[table][method];
    if (sample === undefined) throw new Error(`${table}.${method} has no sample: add one`);
    return [
      ...paramsVectors({ table, method }, shape, sample.params),
      ...resultVectors({ table, method }, shape, sample.result),
    ];
  });
  return [...known, ...unknownMethodVectors(table)];
}

interface Place {
  readonly table: TableName;
  readonly method: string;
}

function paramsVectors(place: Place, shape: Method, params: object): Draft[] {
  const subject = { reads: "params", ...place } as const;
  const command = shape.mutation ? commandId : undefined;
  const request = { id: 7, method: place.method, commandId: command };
  const wrap = (payload: unknown): unknown => writeRequest({ ...request, params: payload });
  const spoiled = { schema: shape.params, sample: { ...params }, wrap };
  const name = `${place.method} params`;
  return [
    ...vary(subject, name, spoiled),
    ...spoil(subject, name, spoiled),
    ...positionalVectors(place, shape, params),
  ];
}

function positionalVectors(place: Place, shape: Method, params: object): Draft[] {
  const subject = { reads: "params", ...place } as const;
  const request = { id: 7, method: place.method, params, commandId };
  const name = `${place.method} params by position`;
  const { hot } = shape;
  if (hot === undefined) {
    return [rejected(subject, `${name}, which it has not`, writeRequest(request, []))];
  }
  const positions = writeRequest(request, hot) as readonly unknown[];
  const needsNone = shape.params.safeParse({}).success ? valid : rejected;
  return [
    valid(subject, name, positions),
    valid(subject, `${name}, and more than it has`, [
      ...positions,
      ...Array.from({ length: hot.length + 4 - positions.length }, () => null),
      "later",
    ]),
    needsNone(subject, `${name}, none of them`, positions.slice(0, 4)),
    rejected(subject, `${name}, a command id as a map`, positions.with(3, commandId)),
  ];
}

function resultVectors(place: Place, shape: Method, result: object): Draft[] {
  const subject = { reads: "result", ...place } as const;
  const positional = shape.hot !== undefined;
  const wrap = (value: unknown): unknown => writeResponse(7, { ok: true, value }, false);
  const spoiled = { schema: shape.result, sample: { ...result }, wrap };
  const name = `${place.method} result`;
  const byPosition = writeResponse(7, { ok: true, value: result }, true);
  return [
    ...vary(subject, name, spoiled),
    ...spoil(subject, name, spoiled),
    ...(positional ? [valid(subject, `${name} by position`, byPosition)] : []),
  ];
}

function unknownMethodVectors(table: TableName): Draft[] {
  const subject = { reads: "params", table, method: "no.such" } as const;
  const request = { id: 7, method: "no.such", params: {}, commandId: undefined };
  return [rejected(subject, "a method that does not exist", writeRequest(request))];
}
