/**
 * The tree of pods as the log tells of it: who is above whom, who may write what, whose turn runs.
 */
import type { Entry, Report } from "./entry.ts";
import type { Kinship } from "./claims-model.ts";
import { isIn } from "./overlap.ts";
import type { SessionsModel } from "./sessions-model.ts";

interface Turn {
  readonly n: number;
  readonly phase: "requested" | "running" | "yielded";
  readonly resumed: boolean;
  readonly waitsFor: readonly string[];
}

export interface PodFacts {
  readonly id: string;
  readonly seq: number;
  readonly name: string;
  readonly topLevel: boolean;
  readonly runId: string | null;
  readonly taskId: string | null;
  readonly priority: number;
  /** Directories and files it may write; null: the whole workspace. */
  readonly writes: readonly string[] | null;
  /** Units that its work is about. */
  readonly claims: readonly string[];
  parent: string | null;
  state: "starting" | "ready" | "stopping" | "ended";
  turn: Turn | null;
  lastTurn: number;
}

/** Paths that the workload lends and claims; every scope is judged by what it says of these. */
export const samplePaths = ["a/x", "a/y", "a/sub/z", "b/x", "b/y", "c/x", "top"] as const;

type PodKind = Extract<Entry["kind"], `pod.${string}` | `scope.${string}`>;
export type PodEntry = Extract<Entry, { kind: PodKind }>;

export class PodsModel implements Kinship {
  readonly byId = new Map<string, PodFacts>();
  readonly #sessions: SessionsModel;
  readonly #report: Report;
  /** Parts of an end that the log still owes, by what they are. */
  readonly #owed = new Map<string, string>();

  constructor(sessions: SessionsModel, report: Report) {
    this.#sessions = sessions;
    this.#report = report;
  }

  apply(entry: PodEntry): void {
    switch (entry.kind) {
      case "pod.spawned":
        return this.#spawn(entry);
      case "pod.ready":
        return this.#change(entry, (pod) => {
          if (pod.state === "starting") pod.state = "ready";
        });
      case "pod.transitioned":
        return this.#change(entry, (pod) => {
          if (entry.data.state === "stopping") pod.state = "stopping";
        });
      case "pod.stop_requested":
        return this.#change(entry, (pod) => {
          pod.state = "stopping";
        });
      case "pod.turn_requested":
      case "pod.turn_admitted":
      case "pod.turn_yielded":
      case "pod.turn_ended":
        return this.#change(entry, (pod) => this.#takeTurn(pod, entry));
      case "pod.restarting":
        return this.#change(entry, (pod) => {
          pod.state = "starting";
          pod.turn = null;
        });
      case "pod.exited":
        return this.#exit(entry);
      case "pod.reparented":
        return this.#reparent(entry);
      case "scope.lent":
        return this.#settle(`${entry.id} is lent its scope`, entry.data.from ?? "nobody");
      case "scope.returned":
        return this.#settle(`${entry.id} returns its scope`, entry.data.to ?? "nobody");
      case "pod.quiet":
      case "pod.started":
      case "pod.start_requested":
      case "pod.collected":
      case "pod.touched":
        return;
      default:
        return entry satisfies never;
    }
  }

  checkRest(): void {
    for (const [what, whom] of this.#owed) this.#report("S1", `${what} (${whom}): never said`);
    this.#owed.clear();
  }

  isKin(a: string, b: string): boolean {
    return this.#isAbove(a, b) || this.#isAbove(b, a);
  }

  hasEnded(registration: string): boolean {
    const isOver = this.byId.get(registration)?.state === "ended";
    return isOver || this.#sessions.hasEnded(registration);
  }

  turnOf(registration: string): number | null {
    return this.byId.get(registration)?.turn?.n ?? null;
  }

  lastTurnOf(registration: string): number {
    return this.byId.get(registration)?.lastTurn ?? 0;
  }

  yieldedWaits(): ReadonlyMap<string, readonly string[]> {
    const yielded = [...this.byId.values()].filter(({ turn }) => turn?.phase === "yielded");
    return new Map(yielded.map(({ id, turn }) => [id, turn?.waitsFor ?? []]));
  }

  living(): PodFacts[] {
    return [...this.byId.values()].filter(({ state }) => state !== "ended");
  }

  /** Whether a pod may write a path now: its scope covers it, and no child was lent it. */
  mayWrite(pod: PodFacts, path: string): boolean {
    if (!covers(pod, path)) return false;
    return !this.living().some((child) => child.parent === pod.id && covers(child, path));
  }

  /** A slot goes to the most urgent, then to who had one before, then to who was spawned first. */
  firstBefore(pod: PodFacts, isAdmissible: (rival: PodFacts) => boolean): PodFacts | undefined {
    return this.living().find((other) => {
      if (other === pod || other.runId !== pod.runId || !isAdmissible(other)) return false;
      if (other.turn?.phase !== "requested" || other.state !== "ready") return false;
      const byPriority = other.priority - pod.priority;
      const byResumed = Number(pod.turn?.resumed) - Number(other.turn.resumed);
      return (byPriority || byResumed || other.seq - pod.seq) < 0;
    });
  }

  #spawn(entry: Extract<Entry, { kind: "pod.spawned" }>): void {
    const { id, parent, scope, spec } = entry.data;
    const isOpen = parent === null && scope.length === 0;
    const targets = scope.filter((rule) => rule.permission === "write").map((rule) => rule.target);
    const runId = parent === null ? spec.runId : (this.byId.get(parent)?.runId ?? null);
    const pod: PodFacts = {
      id,
      parent,
      runId,
      seq: entry.seq,
      name: spec.name,
      topLevel: parent === null,
      taskId: spec.taskId,
      priority: spec.priority,
      writes: isOpen ? null : targets,
      claims: spec.claims,
      state: "starting",
      turn: null,
      lastTurn: 0,
    };
    const living = this.living();
    const twin = living.find((other) => other.name === pod.name);
    if (twin !== undefined) this.#report("S1", `${pod.name} names two living pods`);
    this.#checkLoan(pod);
    this.byId.set(id, pod);
    if (parent !== null && targets.length > 0) this.#owed.set(`${id} is lent its scope`, parent);
  }

  #checkLoan(pod: PodFacts): void {
    if (pod.parent === null) return;
    const parent = this.byId.get(pod.parent);
    if (parent === undefined || parent.state === "ended") {
      return this.#report("S1", `${pod.id} is born to ${pod.parent}, which does not live`);
    }
    const excess = samplePaths.find((path) => covers(pod, path) && !this.mayWrite(parent, path));
    if (excess !== undefined) {
      this.#report("S1", `${pod.id} gets ${excess}, which ${parent.id} has not left`);
    }
  }

  #exit(entry: Extract<Entry, { kind: "pod.exited" }>): void {
    const pod = this.byId.get(entry.id);
    if (pod === undefined || pod.state === "ended") {
      return this.#report("Q2", `${entry.id} ends and does not live`);
    }
    const heir = this.#livingAbove(pod) ?? "nobody";
    for (const child of this.living()) {
      if (child.parent === pod.id) this.#owed.set(`${child.id} changes parents`, heir);
    }
    if (!pod.topLevel && (pod.writes?.length ?? 0) > 0) {
      this.#owed.set(`${pod.id} returns its scope`, heir);
    }
    pod.state = "ended";
    pod.turn = null;
  }

  #reparent(entry: Extract<Entry, { kind: "pod.reparented" }>): void {
    this.#settle(`${entry.id} changes parents`, entry.data.to ?? "nobody");
    const pod = this.byId.get(entry.id);
    if (pod !== undefined) pod.parent = entry.data.to;
  }

  #takeTurn(pod: PodFacts, entry: Extract<Entry, { kind: `pod.turn_${string}` }>): void {
    const { turn: n } = entry.data;
    const { turn } = pod;
    const expect = (holds: boolean, how: string) => {
      if (!holds) this.#report("turns", `${entry.kind} ${n} of ${pod.id}: ${how}`);
    };
    switch (entry.kind) {
      case "pod.turn_requested":
        expect(turn === null || (turn.phase === "yielded" && turn.n === n), "another is open");
        expect(turn !== null || n > pod.lastTurn, "it has ended before");
        pod.turn = { n, phase: "requested", resumed: entry.data.resumed, waitsFor: [] };
        return;
      case "pod.turn_admitted":
        expect(turn?.phase === "requested" && turn.n === n, "nobody asked");
        expect(pod.state !== "stopping", "it is stopping");
        pod.turn = { n, phase: "running", resumed: turn?.resumed ?? false, waitsFor: [] };
        return;
      case "pod.turn_yielded": {
        expect(turn?.n === n && turn.phase !== "requested", "it does not run");
        const waitsFor = [entry.data.waiting, ...entry.data.beside].flatMap(({ on }) => on);
        pod.turn = { n, phase: "yielded", resumed: false, waitsFor };
        return;
      }
      case "pod.turn_ended":
        expect(turn === null || turn.n === n, "another is open");
        pod.turn = null;
        pod.lastTurn = Math.max(pod.lastTurn, n);
        return;
      default:
        return entry satisfies never;
    }
  }

  #change(entry: PodEntry, change: (pod: PodFacts) => void): void {
    const pod = this.byId.get(entry.id);
    if (pod === undefined || pod.state === "ended") {
      return this.#report("L3", `${entry.kind} of ${entry.id}, which does not live`);
    }
    change(pod);
  }

  #settle(what: string, whom: string): void {
    if (this.#owed.get(what) === whom) this.#owed.delete(what);
    else this.#report("S1", `${what} (${whom}): found ${this.#owed.get(what) ?? "nothing"} owed`);
  }

  #livingAbove(pod: PodFacts): string | null {
    for (let id = pod.parent; id !== null; id = this.byId.get(id)?.parent ?? null) {
      if (this.byId.get(id)?.state !== "ended") return id;
    }
    return null;
  }

  #isAbove(above: string, below: string): boolean {
    for (let id = this.byId.get(below)?.parent ?? null; id !== null;) {
      if (id === above) return true;
      id = this.byId.get(id)?.parent ?? null;
    }
    return false;
  }
}

function covers(pod: PodFacts, path: string): boolean {
  return pod.writes === null || pod.writes.some((target) => isIn(path, target));
}
