/**
 * Who is at the other end of each connection, and when each was last heard: the part of
 * registrations that is not on the log. What follows from silence is said in `silence.ts`.
 */
import type { Call, CommandId, RegistrationId } from "@podlane/protocol";
import type { Command } from "../core/command.ts";
import type { Actor } from "../core/event.ts";
import { maxCommandClientLength } from "../limits.ts";
import { actorOf } from "./authenticate.ts";
import type { AskedMethods } from "./methods.ts";

type CoordinatorCall = Call<AskedMethods>;

export interface SessionsOptions {
  /** Log time, which stands still while the machine sleeps. */
  readonly nowMs: () => number;
  /** A connection speaks for a registration from now on. */
  readonly onBound: (registration: RegistrationId, peer: CoordinatorCall["peer"]) => void;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #bound = new WeakMap<object, RegistrationId>();
  readonly #heardAtMs = new Map<RegistrationId, number>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** From now on the connection speaks for the registration. */
  bind(peer: CoordinatorCall["peer"], registration: RegistrationId): void {
    this.heard(registration);
    if (this.#bound.get(peer) === registration) return;
    this.#bound.set(peer, registration);
    this.#options.onBound(registration, peer);
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

  /** Forgets all but these: what is gone says nothing more. */
  keepOnly(isThere: (registration: RegistrationId) => boolean): void {
    for (const id of this.#heardAtMs.keys()) if (!isThere(id)) this.#heardAtMs.delete(id);
  }
}

/** Who the token proves, without any registration. */
export function credentialOf({ principal }: CoordinatorCall): Actor {
  if (principal === undefined) throw new Error("a call without a principal was let in");
  return actorOf(principal);
}

/**
 * Answers are kept for an actor; one client may speak for its credential and then for a
 * registration. A name that is too long keeps its end, and is at worst refused as another's.
 */
function withinSession({ client, n }: CommandId, registration: string): CommandId {
  return { client: `${registration}:${client}`.slice(-maxCommandClientLength), n };
}
