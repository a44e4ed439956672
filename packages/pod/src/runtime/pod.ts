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
  type PodId,
  type PodRecord,
  type ReceivedPodEvent,
  shouldNotifyAgent,
  type ShutDownCause,
  type SpawnChild,
  type ToolResult,
} from "@podlane/protocol";
import type { Listener } from "@podlane/protocol/node";
import { type Agent } from "../agent/agent.ts";
import { createAgent } from "../agent/create-agent.ts";
import type { Effect } from "../core/effect.ts";
import { childrenOf, statusOf } from "../core/views.ts";
import { CoordinatorLink } from "../link/coordinator-link.ts";
import { ParentLink } from "../link/parent-link.ts";
import { PodDialer } from "../link/pod-dialer.ts";
import { servePod } from "../link/pod-server.ts";
import { Reporter } from "../link/reporter.ts";
import { recover } from "../session/recover.ts";
import { openSession, type Session } from "../session/session.ts";
import { createArtifactStore } from "../tools/artifact-store.ts";
import { createToolHost } from "../tools/create-tool-host.ts";
import type { ToolHost } from "../tools/tool-host.ts";
import type { PodSetting } from "./boot-setting.ts";
import { ControllerLoop } from "./controller-loop.ts";
import { DenialReports } from "./denials.ts";
import { deliverToParent } from "./deliver.ts";
import { EventWaits } from "./event-waits.ts";
import { createHandlers, newBoundary } from "./handlers.ts";
import { listFiles } from "./list-files.ts";
import { HeldClaims } from "./held-claims.ts";
import { OutputFile } from "./output-file.ts";
import { createPerform } from "./perform.ts";
import { createPodsPort } from "./pods-port.ts";
import { PodWorktree } from "./pod-worktree.ts";
import { ReceiptWaits } from "./receipt-waits.ts";
import { ScopeMirror } from "./scope-mirror.ts";
import { spawnChild } from "./spawn-child.ts";
import { Streams } from "./streams.ts";
import { Timers } from "./timers.ts";
import { TouchReports } from "./touch-reports.ts";
import { TurnEnding } from "./turn-ending.ts";
import { TurnRunner } from "./turn-runner.ts";
import { TurnSlot } from "./turn-slot.ts";
import { UsageMeter } from "./usage-meter.ts";

export interface PodRuntimeOptions {
  readonly setting: PodSetting;
  /** The pod may end: everything it had to say is said or kept in its session. */
  readonly onLeft: (cause: ShutDownCause) => void;
  /** A broken invariant or store: the process must end at once. */
  readonly onFault: (fault: unknown) => void;
}

const graceMs = 2_000;

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
  readonly #timers: Timers;
  readonly #touches: TouchReports;
  readonly #denials: DenialReports;
  readonly #agent: Agent;
  readonly #runner: TurnRunner;
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
    this.#coordinator = new CoordinatorLink({
      coordinatorFile: setting.coordinatorFile,
      hello: setting.hello,
      subject: `pod:${boot.pod}`,
      onEvent: (event) => this.#takeLogEvent(event as LogEventEnvelope),
      onGrant: (claim) => this.#claims.takeGrant(claim),
      onChange: (change) => this.#loop.dispatch({ kind: `coordinator_${change}` }),
    });
    const insist = this.#coordinator.insist.bind(this.#coordinator);
    this.#reporter = new Reporter(insist, (method, message) => this.#warn(`${method}: ${message}`));
    this.#slot = new TurnSlot({
      pod: boot.pod,
      generation: boot.generation,
      coordinator: this.#coordinator,
      onWaiting: (waiting) => this.#loop.dispatch({ kind: "waiting", waiting }),
      nowMs: Date.now,
    });
    this.#claims = new HeldClaims({
      coordinator: this.#coordinator,
      slot: this.#slot,
      settings: boot.spec.settings,
      priority: boot.spec.priority,
      warn: (message) => this.#warn(message),
      nowMs: Date.now,
      monotonicMs: () => performance.now(),
    });
    const rank = boot.parent === null ? "top_level" : "child";
    this.#scope = new ScopeMirror(boot.scope, rank, () => this.#children());
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
    this.#runner = this.#createRunner();
    const ending = new TurnEnding({
      worktree: this.#worktree,
      runner: this.#runner,
      claims: this.#claims,
      usage: this.#usage,
      denials: this.#denials,
      dispatch: (input) => this.#loop.dispatch(input),
      nameOf: (child) => this.#nameOf(child),
      warn: (message) => this.#warn(message),
    });
    const core = {
      podId: boot.pod,
      podName: boot.spec.name,
      generation: boot.generation,
      settings: boot.spec.settings,
      baseCommit: boot.baseCommit,
    };
    this.#loop = new ControllerLoop({
      session: this.#session,
      state: recover(core, this.#session.loadCoreState(), Date.now()),
      onEmit: () => this.#parent.nudge(),
      onStep: (effects) => this.#afterStep(effects),
      nowMs: Date.now,
      perform: createPerform({
        pod: boot.pod,
        generation: boot.generation,
        dispatch: (input) => this.#loop.dispatch(input),
        reporter: this.#reporter,
        slot: this.#slot,
        runner: this.#runner,
        ending,
        timers: this.#timers,
        receipts: this.#receipts,
        streams: this.#streams,
        leave: (cause) => void this.#leave(cause).catch(options.onFault),
        onFault: options.onFault,
      }),
    });
    this.#parent = new ParentLink({
      pending: (limit) => this.#session.outbox.pending(limit),
      deliver: deliverToParent(boot, this.#coordinator, this.#dialer),
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
      onFault: ({ method, error }) => this.#warn(`${method} failed: ${String(error)}`),
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
    const commandId = { client: "spawn", n: 1 };
    if (boot.spec.task === null || this.#session.commands.find(commandId) !== null) return;
    const outcome = await this.#loop.request((requestId) => ({
      kind: "method",
      requestId,
      method: "run",
      params: { input: [{ type: "text", text: boot.spec.task ?? "" }] },
      sender: { role: boot.parent === null ? "operator" : "pod", name: "spawn" },
      commandId,
      boundary: newBoundary(),
    }));
    if (!outcome.ok) this.#warn(`the task was not started: ${outcome.error.message}`);
  }

  /** As the method `shutdown`, for the host's signal. */
  shutDown(deadlineMs: number): void {
    void this.#loop.request((requestId) => ({
      kind: "method",
      requestId,
      method: "shutdown",
      params: { deadlineMs, cause: "requested" },
      sender: { role: "client", name: "signal" },
      commandId: null,
      boundary: newBoundary(),
    }));
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
      task: boot.spec.task,
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
      commit: (message) => this.#commit(message),
      childId: (name) => this.#children().find((child) => child.name === name)?.id ?? null,
      say: (turn, text) => this.#record({ type: "assistant", turn, text }),
      output: (text) => this.#output.append(text),
    });
  }

  #createTools(): ToolHost {
    const { boot, environment, artifacts } = this.#setting;
    const { workspace } = this.#worktree;
    return createToolHost({
      worktree: boot.worktree,
      view: {
        listFiles: () => listFiles(boot.worktree),
        dirtyFiles: async () => (await workspace.dirty()).map((file) => file.path),
      },
      permissionOf: (path) => this.#scope.permissionOf(path),
      ensureClaims: (units, signal) => this.#claims.ensure(units, signal),
      confirmLeases: (units) => this.#claims.confirm(units),
      artifacts: createArtifactStore(artifacts),
      touched: (paths, access) => this.#touches.add(paths, access),
      output: (text) => this.#output.append(text),
      environment,
      graceMs,
      nowMs: Date.now,
      pods: createPodsPort({
        coordinator: this.#coordinator,
        dialer: this.#dialer,
        slot: this.#slot,
        children: () => this.#children(),
        spawnChild: (request, signal) => this.#spawn(request, signal),
        consume: (pod) => this.#consume(pod),
        nextCommandId: () => {
          this.#commands += 1;
          return { client: `${boot.pod}.${boot.generation}.${process.pid}`, n: this.#commands };
        },
      }),
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
      nextName: () => `${boot.spec.name}-${(this.#childrenSpawned += 1)}`,
      dispatch: this.#loop.dispatch.bind(this.#loop),
    };
    return spawnChild(request, options, signal);
  }

  async #commit(message: string): Promise<ToolResult> {
    const committed = await this.#worktree.commitTurn(this.#runner.turn, message);
    if (!committed.ok) {
      const { code, message: text } = committed.error;
      return { ok: false, code, text, artifacts: [] };
    }
    const { commit, files, left } = committed.value;
    const text = commit === null ? "nothing to commit" : `${commit}: ${files.length} files`;
    return { ok: true, code: null, text, content: { commit, files, left }, artifacts: [] };
  }

  #children(): readonly ChildView[] {
    return childrenOf(this.#loop.state);
  }

  #nameOf(id: string): string {
    return this.#children().find((child) => child.id === id)?.name ?? id;
  }

  /** Buffered events of a child whose result a waiting call took. */
  #consume(pod: PodId): void {
    const { entries } = this.#loop.state.buffer;
    const events = entries.flatMap((entry) =>
      "event" in entry && entry.event.podId === pod ? [{ podId: pod, seq: entry.event.seq }] : [],
    );
    if (events.length > 0) this.#loop.dispatch({ kind: "consumed", events });
  }

  #record(item: NewHistoryItem): void {
    this.#session.appendHistory(item, Date.now());
    this.#streams.historyChanged();
  }

  #afterStep(effects: readonly Effect[]): void {
    const records = effects.flatMap((effect) => (effect.kind === "persist" ? [effect.record] : []));
    for (const record of records) {
      if (record.kind === "event_accepted") this.#tookEvent(record.event);
      if (record.kind === "message_accepted") this.#waits.take({ kind: "message", podName: "" });
      if (record.kind === "child_saved" || record.kind === "child_dropped") this.#scope.changed();
      if (record.kind === "history_appended") this.#streams.historyChanged();
    }
    if (effects.some((effect) => effect.kind === "start_turn")) this.#usage.turnStarted();
  }

  #tookEvent(event: ReceivedPodEvent): void {
    if (shouldNotifyAgent(event)) this.#waits.take({ kind: event.kind, podName: event.podName });
    else this.#streams.control(event.seq, event);
  }

  #takeLogEvent(event: LogEventEnvelope): void {
    if (event.kind !== "pod.turn_admitted") return;
    const { turn, generation } = event.data as { turn: number; generation: number };
    if (generation !== this.#setting.boot.generation || this.#slot.takeAdmission()) return;
    this.#loop.dispatch({ kind: "turn_admitted", turn });
  }

  #warn(message: string): void {
    process.stderr.write(`${new Date().toISOString()} ${message}\n`);
  }

  async #leave(cause: ShutDownCause): Promise<void> {
    this.#timers.clearAll();
    await this.#runner.interrupt();
    await this.#agent.stop();
    await this.#claims.releaseAll();
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
