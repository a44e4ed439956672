/**
 * One pod process, put together: session, links, tools, agent and controller, in the order in
 * which each needs the others. The composition root of the runtime; it holds no rule.
 */
import { performance } from "node:perf_hooks";
import {
  type ChildView,
  type LogEventEnvelope,
  type NewHistoryItem,
  type Outcome,
  type PodRecord,
  type ShutDownCause,
  type SpawnChild,
} from "@podlane/protocol";
import type { Listener } from "@podlane/protocol/node";
import { type Agent } from "../agent/agent.ts";
import { createAgent } from "../agent/create-agent.ts";
import { childrenOf, statusOf } from "../core/views.ts";
import { CoordinatorLink } from "../link/coordinator-link.ts";
import { ParentLink } from "../link/parent-link.ts";
import { PodDialer } from "../link/pod-dialer.ts";
import { servePod } from "../link/pod-server.ts";
import { Reporter } from "../link/reporter.ts";
import { recover } from "../session/recover.ts";
import { openSession, type Session } from "../session/session.ts";
import type { PodsPort, ToolHost } from "../tools/tool-host.ts";
import type { PodSetting } from "./boot-setting.ts";
import { ControllerLoop, type Perform } from "./controller-loop.ts";
import { ChildDrops } from "./child-drops.ts";
import { ConsumedResults } from "./consumed-results.ts";
import { DenialReports } from "./denials.ts";
import { deliverToParent } from "./deliver.ts";
import { EventWaits } from "./event-waits.ts";
import { followSteps } from "./follow-steps.ts";
import { createHandlers, newBoundary } from "./handlers.ts";
import { runOfTask, shutdownOfSignal, taskCommandId } from "./own-requests.ts";
import { HeldClaims } from "./held-claims.ts";
import { OutputFile } from "./output-file.ts";
import { createPerform } from "./perform.ts";
import { createPodsPort } from "./pods-port.ts";
import { createPodTools } from "./pod-tools.ts";
import { createPodWorker } from "./pod-worker.ts";
import { PodWorktree } from "./pod-worktree.ts";
import { ReceiptWaits } from "./receipt-waits.ts";
import { createScopeMirror, type ScopeMirror } from "./scope-mirror.ts";
import { spawnChild } from "./spawn-child.ts";
import { Streams } from "./streams.ts";
import type { TaskWorker } from "./task-worker.ts";
import { Timers } from "./timers.ts";
import { TouchReports } from "./touch-reports.ts";
import { TurnEnding } from "./turn-ending.ts";
import { TurnRunner } from "./turn-runner.ts";
import { TurnSlot } from "./turn-slot.ts";
import { UsageMeter } from "./usage-meter.ts";
import { within } from "./within.ts";

export interface PodRuntimeOptions {
  readonly setting: PodSetting;
  /** The pod may end: everything it had to say is said or kept in its session. */
  readonly onLeft: (cause: ShutDownCause) => void;
  /** A broken invariant or store: the process must end at once. */
  readonly onFault: (fault: unknown) => void;
}

const graceMs = 2_000;
/** An agent gets its grace twice (SIGTERM, SIGKILL); what hangs longer hangs in the system. */
const leavePatienceMs = 2 * graceMs + 1_000;
const releasePatienceMs = 500;

const warn = (text: string) => void process.stderr.write(`${new Date().toISOString()} ${text}\n`);

export class PodRuntime {
  readonly #setting: PodSetting;
  readonly #options: PodRuntimeOptions;
  readonly #session: Session;
  readonly #output: OutputFile;
  readonly #coordinator: CoordinatorLink;
  readonly #dialer: PodDialer;
  readonly #parent: ParentLink;
  readonly #reporter: Reporter;
  readonly #slot: TurnSlot;
  readonly #claims: HeldClaims;
  readonly #scope: ScopeMirror;
  readonly #worktree: PodWorktree;
  readonly #streams: Streams;
  readonly #waits = new EventWaits();
  readonly #receipts = new ReceiptWaits();
  readonly #usage = new UsageMeter(() => performance.now());
  readonly #drops = new ChildDrops((pod) => this.#loop.state.registry.has(pod));
  readonly #consumed = new ConsumedResults({
    state: () => this.#loop.state,
    dispatch: (input) => this.#loop.dispatch(input),
  });
  readonly #timers: Timers;
  readonly #touches: TouchReports;
  readonly #denials: DenialReports;
  readonly #agent: Agent;
  readonly #runner: TurnRunner;
  readonly #worker: TaskWorker | null;
  readonly #loop: ControllerLoop;
  #listener: Listener | null = null;
  #commands = 0;
  #childrenSpawned = 0;

  constructor(options: PodRuntimeOptions) {
    const { setting } = options;
    const { boot, layout } = setting;
    this.#setting = setting;
    this.#options = options;
    this.#session = openSession(layout.session, { podId: boot.pod, generation: boot.generation });
    this.#output = new OutputFile(layout.output);
    this.#streams = new Streams(this.#session);
    this.#dialer = new PodDialer(setting.hello);
    this.#coordinator = this.#createCoordinatorLink();
    const insist = this.#coordinator.insist.bind(this.#coordinator);
    this.#reporter = new Reporter(insist, (method, message) => warn(`${method}: ${message}`));
    this.#slot = this.#createSlot();
    this.#claims = this.#createClaims();
    this.#scope = createScopeMirror(boot, () => this.#children());
    this.#worktree = new PodWorktree({
      workspace: setting.workspace,
      pod: boot.pod,
      podName: boot.spec.name,
      permissionOf: (path) => this.#scope.permissionOf(path),
    });
    this.#touches = new TouchReports(boot, this.#coordinator);
    this.#denials = new DenialReports(boot, this.#coordinator);
    this.#timers = new Timers((name) => this.#loop.dispatch({ kind: "timer", name }), Date.now);
    this.#agent = createAgent(boot.spec.agent, { ...setting.agent, graceMs });
    this.#worker = createPodWorker({
      setting,
      coordinator: this.#coordinator,
      loop: () => this.#loop,
      leave: () => this.shutDown(graceMs),
      warn,
    });
    this.#runner = this.#createRunner();
    this.#loop = this.#createLoop();
    this.#parent = new ParentLink({
      pending: (limit) => this.#session.outbox.pending(limit),
      deliver: deliverToParent(boot.pod, this.#coordinator, this.#dialer),
      warn,
      onAcknowledged: (seq) => this.#loop.dispatch({ kind: "outbox_acked", seq }),
    });
  }

  /** Listens, connects, and takes up whatever the session says was left. */
  async start(): Promise<Outcome<{ socket: string }>> {
    const { boot, key, version } = this.#setting;
    const listening = await servePod({
      socket: boot.socket,
      pod: boot.pod,
      name: boot.spec.name,
      key,
      version,
      handlers: createHandlers({
        loop: this.#loop,
        session: this.#session,
        output: this.#output,
        receipts: this.#receipts,
        streams: this.#streams,
        children: () => this.#children(),
        status: statusOf,
        spawn: (request, signal) => this.#spawn(request, signal),
        callTool: (tool, params) => this.#runner.callTool(tool, params),
      }),
      onFault: ({ method, error }) => warn(`${method} failed: ${String(error)}`),
    });
    if (!listening.ok) return listening;
    this.#listener = listening.value;
    await this.#coordinator.open();
    return { ok: true, value: { socket: boot.socket } };
  }

  /** Begins to act: the first turn of a new pod is its task. */
  async begin(): Promise<void> {
    const { boot } = this.#setting;
    this.#loop.dispatch({ kind: "booted", agentResumes: false });
    this.#parent.nudge();
    if (boot.spec.task !== null && this.#session.commands.find(taskCommandId) === null) {
      const outcome = await this.#loop.request(runOfTask(boot, boot.spec.task));
      if (!outcome.ok) warn(`the task was not started: ${outcome.error.message}`);
    }
    this.#worker?.open();
  }

  /** As the method `shutdown`, for the host's signal. */
  shutDown(deadlineMs: number): void {
    void this.#loop.request(shutdownOfSignal(deadlineMs));
  }

  #createCoordinatorLink(): CoordinatorLink {
    const { boot, coordinatorFile, hello } = this.#setting;
    return new CoordinatorLink({
      coordinatorFile,
      hello,
      subject: `pod:${boot.pod}`,
      onEvent: (event) => this.#takeLogEvent(event as LogEventEnvelope),
      onGrant: (claim) => this.#claims.takeGrant(claim),
      onTaskLost: (lost) => this.#worker?.lost(lost),
      onChange: (change) => this.#coordinatorChanged(change),
    });
  }

  #createSlot(): TurnSlot {
    const { pod, generation } = this.#setting.boot;
    return new TurnSlot({
      pod,
      generation,
      coordinator: this.#coordinator,
      onWaiting: (waiting) => this.#loop.dispatch({ kind: "waiting", waiting }),
      onRefused: ({ message }) => warn(`no turn was admitted: ${message}`),
      nowMs: Date.now,
    });
  }

  #createClaims(): HeldClaims {
    const { settings, priority } = this.#setting.boot.spec;
    return new HeldClaims({
      coordinator: this.#coordinator,
      slot: this.#slot,
      settings,
      priority,
      warn,
      nowMs: Date.now,
      monotonicMs: () => performance.now(),
    });
  }

  #createLoop(): ControllerLoop {
    const { pod: podId, generation, spec, baseCommit } = this.#setting.boot;
    const { name: podName, settings } = spec;
    const core = { podId, podName, generation, settings, baseCommit };
    return new ControllerLoop({
      session: this.#session,
      state: recover(core, this.#session.loadCoreState(), Date.now()),
      onEmit: () => this.#parent.nudge(),
      onStep: followSteps({
        waits: this.#waits,
        scope: this.#scope,
        streams: this.#streams,
        usage: this.#usage,
        drops: this.#drops,
        consumed: this.#consumed,
        worker: this.#worker,
      }),
      nowMs: Date.now,
      perform: this.#createPerform(),
    });
  }

  #createPerform(): Perform {
    const { pod, generation } = this.#setting.boot;
    const { onFault } = this.#options;
    return createPerform({
      pod,
      generation,
      dispatch: (input) => this.#loop.dispatch(input),
      reporter: this.#reporter,
      slot: this.#slot,
      runner: this.#runner,
      ending: this.#createEnding(),
      timers: this.#timers,
      receipts: this.#receipts,
      streams: this.#streams,
      leave: (cause) => void this.#leave(cause).catch(onFault),
      onFault,
    });
  }

  #createEnding(): TurnEnding {
    return new TurnEnding({
      worktree: this.#worktree,
      runner: this.#runner,
      claims: this.#claims,
      usage: this.#usage,
      denials: this.#denials,
      dispatch: (input) => this.#loop.dispatch(input),
      nameOf: (child) => this.#nameOf(child),
      warn,
    });
  }

  #createRunner(): TurnRunner {
    const { boot } = this.#setting;
    const session = this.#session;
    return new TurnRunner({
      agent: this.#agent,
      tools: this.#createTools(),
      claims: this.#claims,
      waits: this.#waits,
      slot: this.#slot,
      usage: this.#usage,
      denials: this.#denials,
      podName: boot.spec.name,
      taskOf: (turn) => this.#worker?.taskOf(turn)?.description ?? boot.spec.task,
      standingClaims: boot.spec.claims,
      callLog: {
        nextCallId: () => newBoundary(),
        intend: ({ callId, turn, tool, params }) =>
          session.intent({ callId, turn: turn ?? 0, tool, params, ids: {} }, Date.now()),
        conclude: (callId, result) => void session.outcome(callId, result, Date.now()),
        append: (item) => this.#record(item),
        monotonicMs: () => performance.now(),
      },
      dispatch: (input) => this.#loop.dispatch(input),
      commit: (message) => this.#worktree.commitStep(this.#runner.turn, message),
      childId: (name) => this.#children().find((child) => child.name === name)?.id ?? null,
      say: (turn, text) => this.#record({ type: "assistant", turn, text }),
      output: (text) => this.#output.append(text),
    });
  }

  #createTools(): ToolHost {
    return createPodTools({
      setting: this.#setting,
      worktree: this.#worktree,
      scope: this.#scope,
      claims: this.#claims,
      touches: this.#touches,
      output: this.#output,
      pods: this.#createPodsPort(),
      graceMs,
    });
  }

  #createPodsPort(): PodsPort {
    const { pod, generation } = this.#setting.boot;
    const client = `${pod}.${generation}.${process.pid}`;
    return createPodsPort({
      coordinator: this.#coordinator,
      dialer: this.#dialer,
      slot: this.#slot,
      children: () => this.#children(),
      spawnChild: (request, signal) => this.#spawn(request, signal),
      consume: (child, ended) => this.#consumed.take(child, ended),
      untilDropped: (child) => this.#drops.until(child),
      nextCommandId: () => ({ client, n: (this.#commands += 1) }),
    });
  }

  #spawn(request: SpawnChild, signal: AbortSignal): Promise<Outcome<PodRecord>> {
    const { boot } = this.#setting;
    const options = {
      pod: boot.pod,
      own: boot.spec,
      coordinator: this.#coordinator,
      worktree: this.#worktree,
      lend: this.#scope.lend.bind(this.#scope),
      permissions: () => this.#scope.permissions(),
      nextName: () => `${boot.spec.name}-${(this.#childrenSpawned += 1)}`,
      dispatch: this.#loop.dispatch.bind(this.#loop),
    };
    return spawnChild(request, options, signal);
  }

  #children(): readonly ChildView[] {
    return childrenOf(this.#loop.state);
  }

  #nameOf(id: string): string {
    return this.#children().find((child) => child.id === id)?.name ?? id;
  }

  #record(item: NewHistoryItem): void {
    this.#session.appendHistory(item, Date.now());
    this.#streams.historyChanged();
  }

  #takeLogEvent(event: LogEventEnvelope): void {
    if (event.kind !== "pod.turn_admitted") return;
    const { turn, generation } = event.data as { turn: number; generation: number };
    if (generation !== this.#setting.boot.generation || this.#slot.takeAdmission()) return;
    this.#loop.dispatch({ kind: "turn_admitted", turn });
  }

  #coordinatorChanged(change: "lost" | "found"): void {
    this.#loop.dispatch({ kind: `coordinator_${change}` });
    if (change === "lost") return;
    this.#slot.coordinatorFound();
    void this.#claims.coordinatorFound();
    this.#parent.nudge();
  }

  async #leave(cause: ShutDownCause): Promise<void> {
    this.#worker?.close();
    this.#timers.clearAll();
    // Whatever does not let go in time ends with the process; the log ends the claims with the pod.
    await within(leavePatienceMs, async () => {
      await this.#runner.interrupt();
      await this.#agent.stop();
    });
    await within(releasePatienceMs, () => this.#claims.releaseAll());
    this.#parent.close();
    this.#loop.close();
    await this.#listener?.close();
    await this.#dialer.close();
    this.#coordinator.close();
    this.#session.close();
    this.#output.close();
    this.#options.onLeft(cause);
  }
}
