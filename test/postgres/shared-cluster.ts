/**
 * The run's PostgreSQL, as tests see it. They share one database and never a workspace.
 */
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject, type TestContext } from "vitest";
import type { ClusterAnswer } from "./global-setup.ts";

/** The URL of the run's server; skips the test, with the reason, where there can be none. */
export async function postgresUrl(context: Pick<TestContext, "skip">): Promise<string> {
  const answer = JSON.parse(await text(connect(inject("postgresSocket")))) as ClusterAnswer;
  if ("url" in answer) return answer.url;
  return context.skip(`no PostgreSQL here: ${answer.unavailable}`);
}

let workspaces = 0;

/** A name that no other test of this run uses. */
export function freshWorkspace(): string {
  workspaces += 1;
  return `test-${process.pid}-${Date.now()}-${workspaces}`;
}
