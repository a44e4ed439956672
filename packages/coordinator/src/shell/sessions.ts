/**
 * Who is at the other end of each connection, and when each was last heard: the part of
 * registrations that is not on the log. What follows from silence is proposed to the log, which
 * decides it.
 */
import type { Call, CommandId, RegistrationId } from "@podlane/protocol";
import type { Command } from "../core/command.ts";
import type { Actor } from "../core/event.ts";
import { livingPods } from "../core/pods/tree.ts";
import type { Verdict } from "../core/sessions/decide.ts";
import { isSuspect } from "../core/sessions/sessions-slice.ts";
import type { WorkspaceState } from "../core/state.ts";
import { maxCommandClientLength, suspectAfterMs } from "../limits.ts";
import { actorOf } from "./authenticate.ts";
import type { AskedMethods } from "./methods.ts";

type CoordinatorCall = Call<AskedMethods>;

export interface SessionsOptions {
  /** Log time, which stands still while the machine sleeps. */
  readonly nowMs: () => number;
  /** Silence after which an agent from outside is dead. */
  readonly deadAfterMs: number;
  /**
   * No other coordinator serves this workspace. Where there are several, each judges only whom it
   * is connected to: whoever is silent here may be talking to another.
   */
  readonly isAlone: boolean;
  /** A connection speaks for a registration from now on. */
  readonly onBound: (registration: RegistrationId, peer: CoordinatorCall["peer"]) => void;
}

export interface SilenceVerdict {
  readonly registration: RegistrationId;
  readonly verdict: Verdict;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #bound = new WeakMap<object, RegistrationId>();
  readonly #connections = new Map<RegistrationId, number>();
  readonly #heardAtMs = new Map<RegistrationId, number>();
  /** Whoever was there before this process is given its full time again. */
  readonly #openedAtMs: number;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#openedAtMs = options.nowMs();
  }

  /** From now on the connection speaks for the registration. */
  bind(peer: CoordinatorCall["peer"], registration: RegistrationId): void {
    this.heard(registration);
    if (this.#bound.get(peer) === registration) return;
    this.#bound.set(peer, registration);
    this.connected(registration, peer);
    this.#options.onBound(registration, peer);
  }

  /** Notes a connection of the registration for as long as it is open. */
  connected(registration: RegistrationId, peer: CoordinatorCall["peer"]): void {
    this.#count(registration, 1);
    void peer.closed.then(() => this.#count(registration, -1));
  }

  /** The registration that the connection speaks for, or what its credential says. */
  actorOf(call: CoordinatorCall): Actor {
    const actor = credentialOf(call);
    const id = this.#bound.get(call.peer) ?? actor.id;
    this.heard(id as RegistrationId);
    return { role: actor.role, id };
  }

  /** A command in the name of whom the connection speaks for. */
  commandOf(method: string, params: unknown, call: CoordinatorCall): Command {
    const actor = this.actorOf(call);
    const { commandId } = call;
    if (commandId === undefined) return { method, params, actor };
    const isBound = this.#bound.has(call.peer);
    const own = isBound ? withinSession(commandId, actor.id) : commandId;
    return { method, params, actor, commandId: own };
  }

  heard(registration: RegistrationId): void {
    this.#heardAtMs.set(registration, this.#options.nowMs());
  }

  /** Log time of the last sign of life; null if there was none since this process came up. */
  lastHeardMs(registration: RegistrationId): number | null {
    return this.#heardAtMs.get(registration) ?? null;
  }

  /** Outside agents that have been silent for so long. */
  silentFor({ sessions }: WorkspaceState, silenceMs: number): RegistrationId[] {
    const live = [...sessions.byId.values()].filter((entry) => entry.end === null);
    return live.map(({ id }) => id).filter((id) => this.#silenceOf(id) >= silenceMs);
  }

  /** What the log is to hear of each who fell silent or came back; forgets who is gone. */
  judge(state: WorkspaceState): SilenceVerdict[] {
    const present = presentIn(state);
    for (const id of this.#heardAtMs.keys()) if (!present.has(id)) this.#heardAtMs.delete(id);
    const judged = [...present].filter(([id]) => this.#mayJudge(id));
    return judged.flatMap(([registration, isOutside]) => {
      const verdict = this.#verdictOn(state, registration, isOutside);
      return verdict === null ? [] : [{ registration, verdict }];
    });
  }

  #verdictOn(state: WorkspaceState, id: RegistrationId, isOutside: boolean): Verdict | null {
    const silenceMs = this.#silenceOf(id);
    if (isOutside && silenceMs >= this.#options.deadAfterMs) return "dead";
    const seemsGone = silenceMs >= suspectAfterMs;
    if (seemsGone === isSuspect(state.sessions, id)) return null;
    return seemsGone ? "suspect" : "recovered";
  }

  #mayJudge(id: RegistrationId): boolean {
    return this.#options.isAlone || this.#connections.has(id);
  }

  #count(id: RegistrationId, change: number): void {
    const count = (this.#connections.get(id) ?? 0) + change;
    if (count > 0) this.#connections.set(id, count);
    else this.#connections.delete(id);
  }

  #silenceOf(id: RegistrationId): number {
    return this.#options.nowMs() - (this.#heardAtMs.get(id) ?? this.#openedAtMs);
  }
}

/** Who the token proves, without any registration. */
export function credentialOf({ principal }: CoordinatorCall): Actor {
  if (principal === undefined) throw new Error("a call without a principal was let in");
  return actorOf(principal);
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

/**
 * Answers are kept for an actor; one client may speak for its credential and then for a
 * registration. A name that is too long keeps its end, and is at worst refused as another's.
 */
function withinSession({ client, n }: CommandId, registration: string): CommandId {
  return { client: `${registration}:${client}`.slice(-maxCommandClientLength), n };
}
