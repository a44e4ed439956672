/** What the verbs of the work queue share: ids as people give them, and who it is that speaks. */
import { exitCodes, RegistrationId, type Task, TaskId } from "@podlane/protocol";
import type { CommandContext } from "./context.ts";
import { type Coordinator, withCoordinator } from "./coordinator-client.ts";
import { CommandFailure, usageFailure } from "./failure.ts";

/** Runs `work` in the name of a session, or of whoever calls when none is given. */
export function withSession<T>(
  context: CommandContext,
  session: string | undefined,
  work: (coordinator: Coordinator) => Promise<T>,
): Promise<T> {
  return withCoordinator(context, async (coordinator) => {
    if (session !== undefined) {
      const registration = sessionId(session);
      await coordinator.call("registration.heartbeat", { registration });
    }
    return work(coordinator);
  });
}

export function sessionId(text: string): RegistrationId {
  const id = RegistrationId.safeParse(text);
  if (id.success) return id.data;
  throw usageFailure(`'${text.slice(0, 80)}' is no session: pod session list shows them`);
}

/** An id like `t12`, or `@last` for the newest task. */
export async function findTaskId(coordinator: Coordinator, wanted: string): Promise<TaskId> {
  if (wanted === "@last") return (await newestTask(coordinator)).id;
  const id = TaskId.safeParse(wanted);
  if (id.success) return id.data;
  throw usageFailure(`'${wanted.slice(0, 80)}' is no task: pod task list shows them`);
}

async function newestTask(coordinator: Coordinator): Promise<Task> {
  const [newest] = (await coordinator.call("task.list", { limit: 1 })).tasks;
  if (newest !== undefined) return newest;
  throw new CommandFailure("there is no task yet: pod task submit makes one", exitCodes.notFound);
}

/** A JSON object given on the command line. */
export function parseObject(option: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw usageFailure(`${option}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw usageFailure(`${option}: a JSON object is expected, like '{"lines": 12}'`);
}
