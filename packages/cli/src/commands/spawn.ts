/** `pod spawn`: one pod. Inside a pod it spawns a child of that pod. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import {
  type AgentSpec,
  exitCodes,
  MergeSettings,
  Name,
  parseScope,
  type PodRecord,
  type PodSpec,
  type RestartPolicy,
} from "@podlane/protocol";
import { resolveBase } from "@podlane/pod";
import { type CommandContext, openWorkspace, ownPod } from "../context.ts";
import { connect } from "../coordinator-client.ts";
import { loadConfig } from "../config.ts";
import { expectOk, usageFailure } from "../failure.ts";
import type { SpawnJson } from "../json/answers-json.ts";
import { gather, parseLimits, parseRestart } from "../options.ts";
import { resolveAgent } from "../plan/agents.ts";
import { specFromConfig } from "../plan/resolve-plan.ts";
import { dialPod, findPod } from "../pod-client.ts";
import { exitCodeOfPod } from "../pod-outcome.ts";
import { capacitiesIn, setCapacities } from "../unit-capacities.ts";
import { verb } from "../verb.ts";

interface SpawnOptions {
  readonly task?: string;
  readonly taskFile?: string;
  readonly agent?: string;
  readonly scope?: readonly string[];
  readonly claim?: readonly string[];
  readonly pull?: readonly string[];
  readonly parent?: string;
  readonly limit?: readonly string[];
  readonly delegate?: string;
  readonly restart?: RestartPolicy;
  readonly detach?: true;
  readonly wait?: true;
  readonly json?: true;
}

interface Asked {
  readonly name: string;
  readonly agent: AgentSpec;
  readonly task: string | null;
  readonly options: SpawnOptions;
}

/** A child has its workspace and process within this, or its spawn is given up. */
const spawnDeadlineMs = 120_000;

export function addSpawn(program: Command, context: CommandContext): void {
  program
    .command("spawn")
    .description("start one pod")
    .argument("[name]", "its name (default: made from its agent)")
    .argument("[command...]", "after --: the command of a shell agent")
    .option("--task <text>", "its first turn")
    .option("--task-file <file>", "its first turn, from a file")
    .option("--agent <preset>", "script:PATH, shell, or a preset")
    .option("--scope <rule>", "what it may write: [!]PATH[:r|:w][:flat]; may be repeated", gather)
    .option("--claim <unit>", "a unit it holds while a turn runs; may be repeated", gather)
    .option("--pull <type>", "tasks it takes from the work queue; may be repeated", gather)
    .option("--parent <pod>", "the pod it belongs to")
    .option("--limit <key=value>", "time_seconds=N; may be repeated", gather)
    .option("--restart <policy>", "never, or on-failure:N within ten minutes", parseRestart)
    .option("--delegate <levels>", "how deep it may lend its scope on")
    .option("-d, --detach", "do not wait for it to be ready")
    .option("--wait", "wait until it has settled; exit with its outcome")
    .option("--json", "one object")
    .action(
      verb(
        context,
        (_name: string | undefined, _rest: string[], options: SpawnOptions, command: Command) =>
          spawn(context, readOperands(command), options),
      ),
    );
}

interface Operands {
  readonly name: string | undefined;
  readonly command: readonly string[];
}

/** What stands before the two dashes and what after: the name may be missing, not shift. */
function readOperands(command: Command): Operands {
  const typed = process.argv;
  const dashes = typed.indexOf("--");
  const behind = dashes === -1 ? 0 : typed.length - dashes - 1;
  const before = command.args.slice(0, command.args.length - behind);
  if (before.length > 1) {
    throw usageFailure(`'${before[1]}': one name, then -- and the command`);
  }
  return { name: before[0], command: command.args.slice(before.length) };
}

async function spawn(
  context: CommandContext,
  { name: givenName, command }: Operands,
  options: SpawnOptions,
): Promise<number> {
  const task = await readTask(options);
  const agent = await chooseAgent(context, command, options, task);
  const name = givenName ?? `${agent.driver}-${Date.now().toString(36).slice(-5)}`;
  const asked: Asked = { name: checkedName(name), agent, task, options };
  const own = ownPod(context, await openWorkspace(context));
  const parentSocket = own?.socket ?? (await socketOfParent(context, options.parent));
  const pod =
    parentSocket === null
      ? await spawnTopLevel(context, asked)
      : await spawnChild(context, parentSocket, asked);
  return conclude(context, pod, options);
}

async function readTask(options: SpawnOptions): Promise<string | null> {
  if (options.taskFile === undefined) return options.task ?? null;
  if (options.task !== undefined) throw usageFailure("--task or --task-file, not both");
  return readFile(options.taskFile, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw usageFailure(`cannot read ${options.taskFile ?? ""}: ${cause.code ?? cause.message}`);
  });
}

async function chooseAgent(
  context: CommandContext,
  command: readonly string[],
  options: SpawnOptions,
  task: string | null,
): Promise<AgentSpec> {
  if (command.length > 0) {
    if (options.agent !== undefined)
      throw usageFailure("an --agent or a command after --, not both");
    return { driver: "shell", command: [...command] };
  }
  if (options.agent === undefined) {
    throw usageFailure("what is to run? give --agent PRESET or a command after --");
  }
  if (options.agent === "shell" && task === null) {
    throw usageFailure("agent shell runs its task: give --task TEXT, or a command after --");
  }
  const choice = { agent: options.agent, task: task ?? "", presets: {}, baseDir: context.cwd };
  return expectOk(await resolveAgent(choice));
}

function checkedName(text: string): Name {
  const name = Name.safeParse(text);
  if (name.success) return name.data;
  throw usageFailure(`'${text.slice(0, 80)}': ${name.error.issues[0]?.message ?? "not a name"}`);
}

async function socketOfParent(
  context: CommandContext,
  parent: string | undefined,
): Promise<string | null> {
  if (parent === undefined) return null;
  const { coordinator } = await connect(context);
  const pod = await findPod(coordinator, parent);
  coordinator.close();
  if (pod.socket === null) throw usageFailure(`pod ${pod.name} is ${pod.state}`);
  return pod.socket;
}

async function spawnTopLevel(context: CommandContext, asked: Asked): Promise<PodRecord> {
  const { coordinator, workspace } = await connect(context);
  const config = await loadConfig(context, workspace);
  const base = expectOk(await resolveBase(workspace.repository));
  const common = specFromConfig(config, base);
  const { options } = asked;
  const delegate = options.delegate === undefined ? common.delegate : Number(options.delegate);
  // A shell agent's command is all it needs: it starts at once even without a task, unless the
  // queue has the tasks.
  const pull = options.pull ?? common.settings.pull?.taskTypes;
  const startsAtOnce = asked.agent.driver === "shell" && pull === undefined;
  const task = asked.task ?? (startsAtOnce ? "run the command" : null);
  const spec: PodSpec = {
    ...common,
    ...(pull === undefined
      ? {}
      : { settings: { ...common.settings, pull: { taskTypes: [...pull] } } }),
    name: asked.name,
    agent: asked.agent,
    task,
    scope: options.scope === undefined ? null : expectOk(parseScope(options.scope)),
    claims: [...(options.claim ?? [])],
    delegate,
    limits: { ...common.limits, ...parseLimits(options.limit ?? []) },
    merge: MergeSettings.parse({}),
    restart: options.restart ?? common.restart,
  };
  await setCapacities(coordinator, capacitiesIn(config));
  const { pod } = await coordinator.call("pod.spawn", { parent: null, spec });
  coordinator.close();
  return pod;
}

async function spawnChild(
  context: CommandContext,
  socket: string,
  asked: Asked,
): Promise<PodRecord> {
  const { options } = asked;
  if (options.pull !== undefined) throw usageFailure("only a top-level pod pulls tasks");
  const parent = await dialPod(context, socket);
  const request = {
    name: asked.name,
    agent: asked.agent,
    task: asked.task ?? (asked.agent.driver === "shell" ? "run the command" : null),
    scope: expectOk(parseScope(options.scope ?? [])),
    claims: [...(options.claim ?? [])],
    limits: parseLimits(options.limit ?? []),
    restart: options.restart ?? { maxRestarts: 0 },
    ...(options.delegate === undefined ? {} : { delegate: Number(options.delegate) }),
  };
  const { pod } = await parent.call("spawn", request, { deadlineMs: spawnDeadlineMs });
  parent.close();
  return pod;
}

async function conclude(
  context: CommandContext,
  spawned: PodRecord,
  options: SpawnOptions,
): Promise<number> {
  const { terminal } = context;
  const pod = options.detach === true ? spawned : await awaitPod(context, spawned, options);
  if (options.json === true)
    terminal.json({ version: 1, id: pod.id, name: pod.name, state: pod.state } satisfies SpawnJson);
  else terminal.print(options.detach === true ? pod.id : `${pod.name} ${pod.id} ${pod.state}`);
  // Awaited until it was ready, it ended before; awaited until it settled, it never had a place.
  if (pod.exit !== null && (options.wait !== true || pod.worktree === null)) {
    terminal.say(`it could not start: ${pod.exit.cause}\n${pod.exit.lastOutput}`.trimEnd());
    return exitCodes.couldNotStart;
  }
  const trouble = options.wait === true ? (pod.lastTurn?.message ?? null) : null;
  if (trouble !== null) terminal.say(trouble);
  terminal.say(`next: pod logs ${pod.name} · pod wait ${pod.name} · pod history ${pod.name}`);
  return options.wait === true ? exitCodeOfPod(pod) : exitCodes.done;
}

async function awaitPod(
  context: CommandContext,
  { id }: PodRecord,
  options: SpawnOptions,
): Promise<PodRecord> {
  const { coordinator } = await connect(context);
  const until = options.wait === true ? "settled" : "ready";
  const { pod } = await coordinator.call("pod.wait", { pod: id, until });
  coordinator.close();
  return pod;
}
