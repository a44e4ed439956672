import { expect, test } from "vitest";
import {
  coordinatorMethods,
  coordinatorPushMethods,
  hostOrderMethods,
  hostReportMethods,
  reservedMethods,
  reservedResources,
  servedResources,
} from "../src/index.ts";

const answered = {
  ...coordinatorMethods,
  ...coordinatorPushMethods,
  ...hostReportMethods,
  ...hostOrderMethods,
};

test("no reserved method is served as well", () => {
  expect(Object.keys(reservedMethods).filter((name) => name in answered)).toEqual([]);
});

test("every method is named by the resource it belongs to, and by one only", () => {
  const served = Object.values(servedResources).flatMap((table) => Object.keys(table));
  const reserved = Object.values(reservedResources).flatMap((table) => Object.keys(table));
  const others = Object.keys(coordinatorMethods).filter((name) => !name.startsWith("server."));
  expect(served.toSorted()).toEqual(others.toSorted());
  expect(reserved.toSorted()).toEqual(Object.keys(reservedMethods).toSorted());
});
