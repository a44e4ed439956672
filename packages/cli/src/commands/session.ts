/** `pod session`: who is here, what each can do, and speaking for one of them. */
import { type Command, Option } from "commander";
import { exitCodes, type Registration, RegistrationStatus } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { connectKnown, withCoordinator } from "../coordinator-client.ts";
import {
  type CleanupJson,
  type HeartbeatJson,
  type OneSessionJson,
  sessionJson,
  type SessionsJson,
} from "../json/session-json.ts";
import { gather, parseCount } from "../options.ts";
import { sessionId, withSession } from "../queue-client.ts";
import { printSessions } from "../render/session-rows.ts";
import { verb } from "../verb.ts";

interface RegisterOptions {
  readonly agentType?: string;
  readonly capability?: readonly string[];
  readonly task?: string;
  readonly delegatedFrom?: string;
  readonly session?: string;
  readonly json?: true;
}

interface ListOptions {
  readonly capability?: string;
  readonly status?: RegistrationStatus;
  readonly all?: true;
  readonly json?: true;
}

interface CleanupOptions {
  readonly minutes?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

export function addSession(program: Command, context: CommandContext): void {
  const session = program.command("session").description("agents that are here: be one, find one");
  session
    .command("register")
    .description("be here; prints the id that --session takes")
    .option("--agent-type <type>", "what kind of agent")
    .option("--capability <name>", "what it can do; may be repeated", gather)
    .option("--task <text>", "what it works on")
    .option("--delegated-from <id>", "whose rights it works under")
    .option("--session <id>", "change what is known of this one")
    .option("--json", "one object")
    .action(verb(context, (options: RegisterOptions) => register(context, options)));
  session
    .command("list")
    .description("list pods and agents, newest first")
    .option("--capability <name>", "only who can do that")
    .addOption(
      new Option("--status <status>", "only who is that").choices(RegistrationStatus.options),
    )
    .option("-a, --all", "ended ones too")
    .option("--json", "one object")
    .action(verb(context, (options: ListOptions) => list(context, options)));
  addLifecycle(session, context);
}

function addLifecycle(session: Command, context: CommandContext): void {
  session
    .command("heartbeat")
    .description("say that a session is still there")
    .argument("<id>", "as pod session register printed it")
    .option("--json", "one object")
    .action(
      verb(context, (id: string, options: { readonly json?: true }) =>
        heartbeat(context, id, options.json === true),
      ),
    );
  session
    .command("end")
    .description("leave: its claims lapse and its tasks return")
    .argument("<id>", "as pod session register printed it")
    .option("--json", "one object")
    .action(
      verb(context, (id: string, options: { readonly json?: true }) =>
        end(context, id, options.json === true),
      ),
    );
  session
    .command("cleanup")
    .description("end sessions that have been silent for long; never a pod")
    .option("--minutes <n>", "how long (default 15)", parseCount)
    .option("--dry-run", "only say which")
    .option("--json", "one object")
    .action(verb(context, (options: CleanupOptions) => cleanup(context, options)));
}

function register(context: CommandContext, options: RegisterOptions): Promise<number> {
  return withSession(context, options.session, async (coordinator) => {
    const { agentType = "", capability = [], task = null, delegatedFrom } = options;
    const { registration } = await coordinator.call("registration.register", {
      agentType,
      capabilities: [...capability],
      currentTask: task,
      delegatedFrom: delegatedFrom === undefined ? null : sessionId(delegatedFrom),
    });
    const { terminal } = context;
    if (options.json === true) {
      terminal.json({ version: 1, session: sessionJson(registration) } satisfies OneSessionJson);
    } else terminal.print(registration.id);
    const { id } = registration;
    terminal.say(`next: pod task claim --session ${id} · pod session heartbeat ${id}`);
    return exitCodes.done;
  });
}

async function list(context: CommandContext, options: ListOptions): Promise<number> {
  const { terminal } = context;
  const connected = await connectKnown(context);
  const { capability, status } = options;
  const filter = {
    ...(capability === undefined ? {} : { capability }),
    ...(status === undefined ? {} : { status }),
  };
  let sessions: readonly Registration[] = [];
  let nowMs = 0;
  if (connected !== null) {
    const { coordinator } = connected;
    const listed =
      options.all === true
        ? await coordinator.call("registration.list", {})
        : await coordinator.call("registration.discover", filter);
    sessions = listed.registrations;
    nowMs = (await coordinator.call("server.status", {})).logTimeMs;
    coordinator.close();
  }
  if (options.json === true) {
    terminal.json({ version: 1, sessions: sessions.map(sessionJson) } satisfies SessionsJson);
  } else printSessions(terminal, sessions, nowMs);
  return exitCodes.done;
}

function heartbeat(context: CommandContext, id: string, json: boolean): Promise<number> {
  return withCoordinator(context, async (coordinator) => {
    const registration = sessionId(id);
    const { status } = await coordinator.call("registration.heartbeat", { registration });
    const { terminal } = context;
    if (json) terminal.json({ version: 1, id, status } satisfies HeartbeatJson);
    else terminal.print(`${id} ${status}`);
    return exitCodes.done;
  });
}

function end(context: CommandContext, id: string, json: boolean): Promise<number> {
  return withSession(context, id, async (coordinator) => {
    await coordinator.call("registration.end", {});
    const { terminal } = context;
    if (json) terminal.json({ version: 1, id, status: "ended" } satisfies HeartbeatJson);
    else terminal.print(`${id} ended`);
    return exitCodes.done;
  });
}

function cleanup(context: CommandContext, options: CleanupOptions): Promise<number> {
  return withCoordinator(context, async (coordinator) => {
    const dryRun = options.dryRun === true;
    const params = { staleThresholdMinutes: options.minutes ?? 15, dryRun };
    const { ended } = await coordinator.call("registration.cleanup", params);
    const { terminal } = context;
    if (options.json === true) terminal.json({ version: 1, dryRun, ended } satisfies CleanupJson);
    else for (const id of ended) terminal.print(dryRun ? `${id} would end` : `${id} ended`);
    return exitCodes.done;
  });
}
