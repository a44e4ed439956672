/** One pod of a trial, spoken to over its own socket with the operator's rights. */
import {
  type AgentSpec,
  type ChildView,
  type HistoryItem,
  type LogEventEnvelope,
  type Outcome,
  parseScope,
  type Peer,
  type PodId,
  type PodMethods,
  type PodRecord,
  type PodStatus,
  type RestartPolicy,
  type ToolResult,
} from "@podlane/protocol";
import { vi } from "vitest";
import { Caller } from "./caller.ts";
import { expectOk } from "./expect-ok.ts";

export type Notification = Extract<HistoryItem, { type: "notification" }>;

export interface ChildOptions {
  readonly task?: string | null;
  readonly scope?: readonly string[];
  readonly restart?: RestartPolicy;
}

/** What a pod's tests need of the trial it runs in. */
export interface PodPlace {
  pod(id: PodId): Promise<TrialPod>;
  until(id: PodId, until: "settled"): Promise<PodRecord>;
  event(matches: (event: LogEventEnvelope) => boolean): Promise<LogEventEnvelope>;
  dialPod(socket: string): Promise<Outcome<{ readonly peer: Peer<PodMethods> }>>;
}

/** Longer than anything in a test takes; a wait that needs it is a failure. */
const patienceMs = 20_000;

export class TrialPod {
  readonly trial: PodPlace;
  readonly record: PodRecord;
  readonly caller: Caller<PodMethods>;

  constructor(trial: PodPlace, record: PodRecord, caller: Caller<PodMethods>) {
    this.trial = trial;
    this.record = record;
    this.caller = caller;
  }

  static async connect(trial: PodPlace, record: PodRecord): Promise<TrialPod> {
    const connected = expectOk(await trial.dialPod(record.socket ?? ""));
    return new TrialPod(trial, record, new Caller(connected.peer));
  }

  get id() {
    return this.record.id;
  }

  get pid(): number {
    return this.record.process?.pid ?? 0;
  }

  askSpawn(name: string, agent: AgentSpec, options: ChildOptions = {}) {
    const { task = null, scope = [], restart } = options;
    const rules = expectOk(parseScope([...scope]));
    return this.caller.ask("spawn", { name, agent, task, scope: rules, restart });
  }

  async spawn(name: string, agent: AgentSpec, options: ChildOptions = {}): Promise<TrialPod> {
    const spawned: Outcome<{ pod: PodRecord }> = await this.askSpawn(name, agent, options);
    return this.trial.pod(expectOk(spawned).pod.id);
  }

  status(): Promise<PodStatus> {
    return this.caller.call("get_status", {});
  }

  async children(): Promise<readonly ChildView[]> {
    return (await this.caller.call("list_children", {})).children;
  }

  async history(): Promise<readonly HistoryItem[]> {
    const items: HistoryItem[] = [];
    for (let fromSeq: number | null = 1; fromSeq !== null;) {
      const page: { items: HistoryItem[]; nextSeq: number | null } = await this.caller.call(
        "get_history",
        { fromSeq },
      );
      items.push(...page.items);
      fromSeq = page.nextSeq;
    }
    return items;
  }

  async notifications(): Promise<readonly Notification[]> {
    return (await this.history()).filter((item) => item.type === "notification");
  }

  /** What each notification was, shortly: `turn_ended mid in 1`. */
  async notified(): Promise<readonly string[]> {
    return (await this.notifications()).map((item) => {
      const what = item.cause === "message" ? item.message.text : kindOf(item);
      return `${what} in ${item.shownInTurn ?? "no turn"}`;
    });
  }

  async tool(tool: string, params: unknown): Promise<ToolResult> {
    return this.caller.call("tool_call", { tool, params });
  }

  /** A message, and the id of its receipt. */
  async notify(text: string) {
    const commandId = this.caller.nextCommandId();
    await this.caller.call("notify", { message: { text } }, commandId);
    return commandId;
  }

  /** Asks until it is so: for what no event tells. */
  async waitFor(what: () => Promise<void>): Promise<void> {
    await vi.waitFor(what, { timeout: patienceMs, interval: 20 });
  }

  /** The log's word that a turn of this pod has ended. */
  turnEnded(turn: number) {
    return this.trial.event(
      ({ kind, subject, data }) =>
        kind === "pod.turn_ended" &&
        subject === `pod:${this.id}` &&
        (data as { turn: number }).turn === turn,
    );
  }

  settled(): Promise<PodRecord> {
    return this.trial.until(this.id, "settled");
  }
}

function kindOf(item: Extract<Notification, { cause: "pod_event" }>): string {
  return `${item.event.kind} ${item.event.podName}`;
}
