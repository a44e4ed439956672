import { expect, test } from "vitest";
import { z } from "zod";
import * as protocol from "../src/index.ts";

const { podMethods, coordinatorMethods, coordinatorPushMethods } = protocol;
const { hostReportMethods, hostOrderMethods, reservedMethods } = protocol;
const tables: readonly protocol.MethodTable[] = [
  podMethods,
  coordinatorMethods,
  coordinatorPushMethods,
  hostReportMethods,
  hostOrderMethods,
  reservedMethods,
];

const hotMethods = tables
  .flatMap((table) => Object.entries(table))
  .filter(([, method]) => method.hot !== undefined);

test.each(hotMethods)("%s lists every param, and none that may be nil", (_name, method) => {
  if (!(method.params instanceof z.ZodObject)) throw new Error("hot params are an object");
  const shape: Readonly<Record<string, z.ZodType>> = method.params.shape;
  expect([...(method.hot ?? [])].toSorted()).toEqual(Object.keys(shape).toSorted());
  for (const [param, schema] of Object.entries(shape)) {
    const mayBeNil = schema.safeParse(null).success;
    expect(mayBeNil, `${param}: in positional form nil means absent`).toBe(false);
  }
});
