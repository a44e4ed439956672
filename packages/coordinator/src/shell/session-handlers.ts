/**
 * Registrations as connections see them: registering binds the connection, a heartbeat says that it
 * lives, and answers say when each was last heard.
 */
import {
  accepted,
  type Call,
  type CoordinatorMethods,
  type Outcome,
  type ParsedParamsOf,
  type Registration,
  type RegistrationId,
  type RegistrationStatus,
  refused,
  type ResultOf,
} from "@podlane/protocol";
import { findRegistration } from "../core/sessions/sessions-slice.ts";
import { ownerOf } from "../core/sessions/decide.ts";
import type { WorkspaceState } from "../core/state.ts";
import { registrationView } from "../core/views/registration-view.ts";
import { heartbeatEveryMs } from "../limits.ts";
import type { AskedMethods } from "./methods.ts";
import type { Replica } from "./replica.ts";
import { credentialOf, type Sessions } from "./sessions.ts";
import type { Silence } from "./silence.ts";

type CoordinatorCall = Call<AskedMethods>;
type Params<M extends keyof CoordinatorMethods> = ParsedParamsOf<CoordinatorMethods, M>;
type Answer<M extends keyof CoordinatorMethods> = Promise<Outcome<ResultOf<CoordinatorMethods, M>>>;

export interface SessionHandlerOptions {
  readonly replica: Replica<WorkspaceState>;
  readonly sessions: Sessions;
  readonly silence: Silence;
}

export function sessionHandlers(options: SessionHandlerOptions) {
  const { replica, sessions, silence } = options;
  const submit = async (method: string, params: unknown, call: CoordinatorCall) =>
    replica.submit(sessions.commandOf(method, params, call));
  const listed = (method: "registration.discover" | "registration.list") => {
    return async (params: unknown, call: CoordinatorCall): Answer<typeof method> => {
      const outcome = (await submit(method, params, call)) as Awaited<Answer<typeof method>>;
      if (!outcome.ok) return outcome;
      const registrations = outcome.value.registrations.map((one) => lastSeen(sessions, one));
      return accepted({ registrations });
    };
  };
  return {
    "registration.register": async (
      params: Params<"registration.register">,
      call: CoordinatorCall,
    ): Answer<"registration.register"> => {
      const outcome = await submit("registration.register", params, call);
      const registered = outcome as Awaited<Answer<"registration.register">>;
      if (!registered.ok) return registered;
      const { registration } = registered.value;
      sessions.bind(call.peer, registration.id);
      return accepted({ registration: lastSeen(sessions, registration) });
    },
    "registration.discover": listed("registration.discover"),
    "registration.list": listed("registration.list"),
    "registration.heartbeat": (
      { registration }: Params<"registration.heartbeat">,
      call: CoordinatorCall,
    ) => heartbeat(options, { registration, call }),
    "registration.cleanup": (params: Params<"registration.cleanup">, call: CoordinatorCall) => {
      const silenceMs = params.staleThresholdMinutes * 60_000;
      const silent = silence.silentFor(replica.state, silenceMs);
      return submit("registration.cleanup", { ...params, silent }, call);
    },
  };
}

interface Heartbeat {
  readonly registration: RegistrationId | undefined;
  readonly call: CoordinatorCall;
}

/** Not on the log, so it reads the state as it is: at worst one flush ahead. */
function heartbeat(
  { replica, sessions }: SessionHandlerOptions,
  { registration, call }: Heartbeat,
): Outcome<{ status: RegistrationStatus; nextWithinMs: number }> {
  const { state } = replica;
  const id = registration ?? sessions.actorOf(call).id;
  const view = registrationView(state, id);
  if (view === undefined || view.status === "dead" || view.status === "ended") {
    return refused("not_found", `registration ${id} is not there: register (again)`);
  }
  if (registration !== undefined && !mayTakeUp(state, registration, call)) {
    return refused("unauthorized", `registration ${id} was made with another credential`);
  }
  if (registration === undefined) sessions.heard(view.id);
  else sessions.bind(call.peer, registration);
  return accepted({ status: view.status, nextWithinMs: heartbeatEveryMs });
}

function mayTakeUp(state: WorkspaceState, id: RegistrationId, call: CoordinatorCall): boolean {
  const credential = credentialOf(call);
  if (credential.id === id) return true;
  return findRegistration(state.sessions, id)?.owner === ownerOf(credential);
}

function lastSeen(sessions: Sessions, registration: Registration): Registration {
  const heardMs = sessions.lastHeardMs(registration.id);
  return heardMs === null ? registration : { ...registration, lastSeenMs: heardMs };
}
