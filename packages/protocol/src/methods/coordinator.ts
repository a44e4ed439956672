/**
 * Every method that a coordinator of this version answers, put together from one group a resource.
 * Each of them is also what the CLI (and later MCP and HTTP) calls.
 */
import { claimMethods } from "./claims.ts";
import { inboxMethods } from "./inbox.ts";
import { logMethods } from "./log.ts";
import { mergeMethods } from "./merges.ts";
import { podCommandMethods } from "./pods.ts";
import { registrationMethods } from "./registrations.ts";
import { runMethods } from "./runs.ts";
import { scopeMethods } from "./scopes.ts";
import { serverMethods } from "./server.ts";
import { taskMethods } from "./tasks.ts";

/** By resource; their names are the `features` of a coordinator's welcome. */
export const servedResources = {
  runs: runMethods,
  pods: podCommandMethods,
  scopes: scopeMethods,
  claims: claimMethods,
  merges: mergeMethods,
  tasks: taskMethods,
  registrations: registrationMethods,
  inbox: inboxMethods,
  log: logMethods,
} as const;

export const coordinatorMethods = {
  ...runMethods,
  ...podCommandMethods,
  ...scopeMethods,
  ...claimMethods,
  ...mergeMethods,
  ...taskMethods,
  ...registrationMethods,
  ...inboxMethods,
  ...logMethods,
  ...serverMethods,
} as const;
export type CoordinatorMethods = typeof coordinatorMethods;
