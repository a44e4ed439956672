/**
 * A pod's core driven by hand: a clock that stands still until told, and what every step asked for.
 */
import type {
  CommandId,
  CommitId,
  Message,
  NewHistoryItem,
  PodEventBody,
  PodId,
  ReceivedPodEvent,
  Scope,
  Sender,
  TurnResult,
} from "@podlane/protocol";
import { step } from "../../src/core/controller.ts";
import type { Effect, EffectOf } from "../../src/core/effect.ts";
import type { Input, MethodInput } from "../../src/core/input.ts";
import { initialState, type CoreConfig, type PodCoreState } from "../../src/core/state.ts";

export const root = "proot00001" as PodId;
export const child = "pchild0001" as PodId;
export const grandchild = "pgrand0001" as PodId;
export const operator: Sender = { role: "operator", name: "me" };
export const scope: Scope = [
  { effect: "allow", target: "src/a", permission: "write", recursive: true },
];
export const commitOf = (digit: string): CommitId => digit.repeat(40) as CommitId;

export const config: CoreConfig = {
  podId: root,
  podName: "root",
  generation: 1,
  settings: { coalesceMs: 50, wakeBudgetPerMinute: 30 },
  baseCommit: commitOf("0"),
};

export function resultOf(commit: CommitId | null, summary = "done"): TurnResult {
  const usage = { inputTokens: 0, outputTokens: 0, costMicroUsd: 0, toolCalls: 0, durationMs: 1 };
  return { summary, artifacts: [], branch: null, commit, usage };
}

export class Scenario {
  state: PodCoreState;
  nowMs = 1_000_000;
  readonly all: Effect[] = [];
  last: readonly Effect[] = [];
  /** How often the agent came to the head of a step. */
  steps = 0;
  #next = 0;
  readonly #seqs = new Map<PodId, number>();

  constructor(changes: Partial<CoreConfig> = {}, state?: PodCoreState) {
    this.state = state ?? initialState({ ...config, ...changes }, this.nowMs);
  }

  /** Booted, with one direct child. */
  static withChild(changes: Partial<CoreConfig> = {}): Scenario {
    const pod = new Scenario(changes);
    pod.do({ kind: "booted", agentResumes: false });
    pod.addChild(child);
    return pod;
  }

  do(input: Input): readonly Effect[] {
    const { state, effects } = step(this.state, input, this.nowMs);
    this.state = state;
    this.last = effects;
    this.all.push(...effects);
    return effects;
  }

  addChild(id: PodId): void {
    const name = id as string;
    this.do({ kind: "child_ready", child: { id, name, generation: 1, socket: null, scope } });
  }

  call(method: MethodInput["method"], params: unknown = {}, sender = operator) {
    const commandId: CommandId = { client: "t", n: ++this.#next };
    const requestId = `r${this.#next}`;
    const boundary = "b0undary";
    const input = { kind: "method", method, params, requestId, sender, commandId, boundary };
    this.do(input as MethodInput);
    return { commandId, outcome: this.replies(requestId)[0]?.outcome };
  }

  run(text = "go") {
    return this.call("run", { input: [{ type: "text", text }] });
  }

  notify(text = "hi", autoRun = true) {
    const message: Message = { text };
    return this.call("notify", { message, autoRun });
  }

  /** The next event of a child (or one with a chosen seq), and the answer it got. */
  event(
    body: PodEventBody,
    from: PodId = child,
    fields: { seq?: number; generation?: number } = {},
  ) {
    const seq = fields.seq ?? (this.#seqs.get(from) ?? 0) + 1;
    this.#seqs.set(from, Math.max(seq, this.#seqs.get(from) ?? 0));
    const common = { podId: from, podName: from as string, seq, at: this.nowMs };
    const event = { ...body, ...common, generation: fields.generation ?? 1 };
    return this.deliver(event);
  }

  deliver(event: ReceivedPodEvent, duplicate = false) {
    const requestId = `e${++this.#next}`;
    this.do({ kind: "pod_event", requestId, event, duplicate, boundary: "b0undary" });
    return this.replies(requestId)[0]?.outcome;
  }

  /** Lets time pass; due timers fire on the way. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let fired = 0; fired < 1_000; fired++) {
      const { kickAtMs, wakeAtMs } = this.state;
      const due = [
        { name: "kick", atMs: kickAtMs },
        { name: "wake", atMs: wakeAtMs },
      ] as const;
      const next = due
        .filter(({ atMs }) => atMs !== null && atMs <= untilMs)
        .toSorted((one, other) => (one.atMs ?? 0) - (other.atMs ?? 0))[0];
      if (next === undefined) break;
      this.nowMs = Math.max(this.nowMs, next.atMs ?? 0);
      this.do({ kind: "timer", name: next.name });
    }
    this.nowMs = untilMs;
  }

  admit(): void {
    this.do({ kind: "turn_admitted", turn: this.turn });
  }

  stepAgent() {
    this.steps++;
    this.do({ kind: "agent_step", turn: this.turn });
    return this.asked("deliver").at(-1);
  }

  /** The agent finishes and its work is committed. */
  finish(commit: CommitId | null = commitOf("a")): void {
    const turn = this.turn;
    this.do({ kind: "agent_done", turn, outcome: { kind: "finished", summary: "done" } });
    this.do({ kind: "turn_closed", turn, result: resultOf(commit) });
  }

  /** A whole user turn, from run to closed. */
  userTurn(commit: CommitId | null = commitOf("a")): void {
    this.run();
    this.admit();
    this.finish(commit);
  }

  pauseNow(): void {
    this.call("pause");
    this.stepAgent();
  }

  /** Parent and coordinator take in everything. */
  acknowledge(): void {
    for (const { n } of this.state.unreported) this.do({ kind: "turn_reported", turn: n });
    this.do({ kind: "outbox_acked", seq: this.state.outbox.lastSeq });
  }

  get turn(): number {
    return this.state.turn?.n ?? 0;
  }

  asked<K extends Effect["kind"]>(kind: K, effects: readonly Effect[] = this.all): EffectOf<K>[] {
    return effects.filter((effect): effect is EffectOf<K> => effect.kind === kind);
  }

  /** Kinds of the events sent upward, without the noise of `state_changed`. */
  sent(): string[] {
    return this.asked("emit")
      .map(({ event }) => event.kind)
      .filter((kind) => kind !== "state_changed");
  }

  /** As it stands now: what was written ahead of its turn carries the turn that showed it. */
  history(): NewHistoryItem[] {
    const items: NewHistoryItem[] = [];
    const written = new Map<string, number>();
    for (const { record } of this.asked("persist")) {
      if (record.kind === "history_appended") items.push(record.item);
      if (record.kind === "notification_written") {
        written.set(JSON.stringify(record.entry), items.push(record.item) - 1);
      }
      if (record.kind !== "notification_shown") continue;
      const index = written.get(JSON.stringify(record.entry)) ?? -1;
      const { turn } = record;
      items[index] = { ...items[index], turn, shownInTurn: turn } as NewHistoryItem;
    }
    return items;
  }

  notifications() {
    return this.history().filter((item) => item.type === "notification");
  }

  replies(requestId: string): EffectOf<"reply">[] {
    return this.asked("reply").filter((reply) => reply.requestId === requestId);
  }
}
