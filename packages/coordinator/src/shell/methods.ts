/**
 * The tables of methods that a coordinator serves and of those it asks of whoever is connected.
 */
import {
  coordinatorMethods,
  coordinatorPushMethods,
  hostOrderMethods,
  hostReportMethods,
} from "@podlane/protocol";

export const servedMethods = { ...coordinatorMethods, ...hostReportMethods } as const;
export type ServedMethods = typeof servedMethods;

export const askedMethods = { ...coordinatorPushMethods, ...hostOrderMethods } as const;
export type AskedMethods = typeof askedMethods;
