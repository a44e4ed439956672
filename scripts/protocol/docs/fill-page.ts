/** Generated parts of the protocol's pages: between `<!-- generated: x -->` and `<!-- end -->`. */
import {
  coordinatorMethods,
  coordinatorPushMethods,
  hostOrderMethods,
  hostReportMethods,
  podMethods,
  reservedMethods,
} from "../../../packages/protocol/src/index.ts";
import * as purposes from "./purposes.ts";
import { reservedPurposes } from "./reserved-purposes.ts";
import {
  activityEventTable,
  errorTable,
  limitTable,
  logEventTable,
  methodTable,
  podEventTable,
  resourceTable,
} from "./tables.ts";

export const pages = ["docs/protocol.md", "docs/coordinator-protocol.md"] as const;

const parts: Readonly<Record<string, () => string>> = {
  "pod methods": () => methodTable(podMethods, purposes.podPurposes),
  "coordinator methods": () => methodTable(coordinatorMethods, purposes.coordinatorPurposes),
  "coordinator push methods": () =>
    methodTable(coordinatorPushMethods, purposes.coordinatorPushPurposes),
  "host report methods": () => methodTable(hostReportMethods, purposes.hostReportPurposes),
  "host order methods": () => methodTable(hostOrderMethods, purposes.hostOrderPurposes),
  "reserved methods": () => methodTable(reservedMethods, reservedPurposes),
  resources: resourceTable,
  "activity events": activityEventTable,
  "pod events": podEventTable,
  "log events": logEventTable,
  errors: errorTable,
  limits: limitTable,
};

const marked = /(<!-- generated: ([^>]+?) -->\n)[^]*?(<!-- end -->)/g;

/** The page with every generated part as the source says it is. */
export function fillPage(text: string): string {
  return text.replace(marked, (_whole, start: string, name: string, end: string) => {
    const part = parts[name];
    if (part === undefined) {
      throw new Error(`no generated part is called "${name}": ${Object.keys(parts).join(", ")}`);
    }
    return `${start}\n${part()}\n\n${end}`;
  });
}

/** The parts that a page has. */
export function partsOf(text: string): string[] {
  return [...text.matchAll(marked)].map(([, , name = ""]) => name);
}

export const partNames: readonly string[] = Object.keys(parts);
