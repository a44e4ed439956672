/**
 * Who has fallen silent, as far as this coordinator may judge it: its own sessions, and those of
 * another whose lease has run out. What it finds is proposed to the log, which decides it.
 */
import type { RegistrationId, ReplicaId } from "@podlane/protocol";
import { findLiving, livingPods } from "../core/pods/tree.ts";
import { attachedTo } from "../core/sessions/attachment.ts";
import type { SilenceVerdict, Verdict } from "../core/sessions/decide.ts";
import { isSuspect } from "../core/sessions/sessions-slice.ts";
import type { WorkspaceState } from "../core/state.ts";
import { suspectAfterMs } from "../limits.ts";
import type { ReplicaLeases } from "../log/replica-leases.ts";

export interface SilenceOptions {
  /** Log time, which stands still while the machine sleeps. */
  readonly nowMs: () => number;
  /** Silence after which an agent from outside is dead. */
  readonly deadAfterMs: number;
  /** Log time of the last sign of life here; null if there was none. */
  readonly lastHeardMs: (registration: RegistrationId) => number | null;
  /** Absent: no other coordinator serves this workspace, so all sessions are ours. */
  readonly leases?: ReplicaLeases | undefined;
}

/** What the log is to hear. */
export interface Findings {
  /** Sessions that speak here now and are on the log as somebody else's, or nobody's. */
  readonly attach: readonly RegistrationId[];
  readonly verdicts: readonly SilenceVerdict[];
}

export class Silence {
  readonly #options: SilenceOptions;
  /** Whose connection came up since the last look: one event then tells the log of all of them. */
  readonly #arrived = new Set<RegistrationId>();
  /** Since when their silence is ours to judge: nobody's time began before we could hear them. */
  readonly #oursSinceMs = new Map<RegistrationId, number>();

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  /** A connection speaks for it from now on. */
  arrived(registration: RegistrationId): void {
    if (this.#options.leases !== undefined) this.#arrived.add(registration);
  }

  /** To be called each second of log time. */
  look(state: WorkspaceState): Findings {
    const attach: RegistrationId[] = [];
    const verdicts: SilenceVerdict[] = [];
    const present = presentIn(state);
    for (const [id, isOutside] of present) {
      if (this.#speaksHere(state, id)) attach.push(id);
      if (!this.#isOurs(state, id)) this.#oursSinceMs.delete(id);
      else if (!this.#oursSinceMs.has(id)) this.#oursSinceMs.set(id, this.#options.nowMs());
      const verdict = this.#verdictOn(state, id, isOutside);
      const judge = attachedTo(state.sessions, id);
      if (verdict !== null) verdicts.push({ registration: id, verdict, attachedTo: judge });
    }
    for (const id of this.#oursSinceMs.keys()) if (!present.has(id)) this.#oursSinceMs.delete(id);
    for (const id of this.#arrived) {
      // A pod that has yet to come up is attached when it has.
      if (present.has(id) || findLiving(state, id) === undefined) this.#arrived.delete(id);
    }
    return { attach, verdicts };
  }

  /** Outside agents of ours that have been silent for so long. */
  silentFor({ sessions }: WorkspaceState, silenceMs: number): RegistrationId[] {
    const live = [...sessions.byId.values()].filter((entry) => entry.end === null);
    return live.map(({ id }) => id).filter((id) => (this.#silenceOf(id) ?? 0) >= silenceMs);
  }

  #verdictOn(state: WorkspaceState, id: RegistrationId, isOutside: boolean): Verdict | null {
    const silenceMs = this.#silenceOf(id);
    if (silenceMs === null) return null;
    if (isOutside && silenceMs >= this.#options.deadAfterMs) return "dead";
    const seemsGone = silenceMs >= suspectAfterMs;
    if (seemsGone === isSuspect(state.sessions, id)) return null;
    return seemsGone ? "suspect" : "recovered";
  }

  /** Null: not ours to judge. */
  #silenceOf(id: RegistrationId): number | null {
    const sinceMs = this.#oursSinceMs.get(id);
    if (sinceMs === undefined) return null;
    const { nowMs, lastHeardMs } = this.#options;
    return nowMs() - Math.max(sinceMs, lastHeardMs(id) ?? sinceMs);
  }

  #isOurs(state: WorkspaceState, id: RegistrationId): boolean {
    const { leases } = this.#options;
    const judge = attachedTo(state.sessions, id);
    return leases === undefined || judge === null || judge === leases.id || this.#isLapsed(judge);
  }

  /**
   * Whether the log is to say that it is heard here: its connection has come, or it speaks here
   * while whoever it is attached to does not hear it. A session that speaks to two at once thus
   * stays with the one it came to last.
   */
  #speaksHere(state: WorkspaceState, id: RegistrationId): boolean {
    const { leases, nowMs, lastHeardMs } = this.#options;
    const judge = attachedTo(state.sessions, id);
    if (leases === undefined || judge === leases.id) return false;
    if (this.#arrived.has(id)) return true;
    const heardMs = lastHeardMs(id);
    if (heardMs === null || nowMs() - heardMs >= suspectAfterMs) return false;
    return judge === null || isSuspect(state.sessions, id) || this.#isLapsed(judge);
  }

  /**
   * The store may have lost the table of leases in a crash, and then everybody is missing for a
   * moment: that begins the time of their sessions here, and ends it again.
   */
  #isLapsed(replica: ReplicaId): boolean {
    return this.#options.leases?.living().has(replica) === false;
  }
}

/** Pods that have come up (false) and outside agents (true). */
function presentIn(state: WorkspaceState): Map<RegistrationId, boolean> {
  const present = new Map<RegistrationId, boolean>();
  for (const { id, end } of state.sessions.byId.values()) if (end === null) present.set(id, true);
  for (const pod of livingPods(state)) {
    const id = pod.id as string as RegistrationId;
    if (pod.socket === null) present.delete(id);
    else present.set(id, false);
  }
  return present;
}
