/**
 * A pod's own socket: who calls, and each method's way inside. A caller's identity is what its
 * token proves: the operator, another pod, the host, or this pod's agent.
 */
import {
  accepted,
  acceptPeer,
  type Call,
  type Fault,
  type Handlers,
  type Hello,
  type Outcome,
  podMethods,
  type PodId,
  type PodMethods,
  type Principal,
  type Refusal,
  refused,
  type Sender,
} from "@podlane/protocol";
import { listenSocket, type Listener, verifyToken } from "@podlane/protocol/node";
import { type Caller, type PodMethod, refusalFor, refusalForSender } from "./caller-rights.ts";
import { type Kinship, kinshipOf, type KinshipOptions } from "./kinship.ts";

export interface PodServerOptions {
  readonly socket: string;
  readonly pod: PodId;
  readonly key: Uint8Array;
  readonly name: string;
  readonly version: string;
  readonly handlers: PodHandlers;
  readonly kinship: KinshipOptions;
  /** Somebody tried what he may not do. */
  readonly onDenied: (method: string, refusal: Refusal) => void;
  readonly onFault: (fault: Fault) => void;
}

export type PodHandlers = Handlers<PodMethods>;

export function servePod(options: PodServerOptions): Promise<Outcome<Listener>> {
  const handlers = guarded(options);
  return listenSocket({
    path: options.socket,
    onConnection: (transport) => {
      void acceptPeer(transport, {
        authenticate: (hello) => authenticate(hello, options),
        welcome: { name: options.name, version: options.version },
        serves: podMethods,
        handlers,
        calls: {},
        onFault: options.onFault,
      });
    },
  });
}

function authenticate(hello: Hello, { key, pod }: PodServerOptions): Outcome<Principal> {
  const claims = verifyToken(key, hello.token);
  if (!claims.ok) return claims;
  const { role, podId } = claims.value;
  if (role !== hello.role)
    return refused("unauthorized", `the token is not for role ${hello.role}`);
  if (role === "pod" && podId === undefined) {
    return refused("unauthorized", "a token for role pod names its pod");
  }
  if (role === "agent" && podId !== pod) {
    return refused("unauthorized", "an agent may only call the pod it runs in");
  }
  return accepted({ ...claims.value, name: hello.name });
}

/** Every handler behind the check of who calls. */
function guarded({ handlers, kinship, onDenied }: PodServerOptions): PodHandlers {
  /** A connection has one principal, and kinship does not change while both live. */
  const known = new WeakMap<Principal, Kinship>();
  const callerOf = async (principal: Principal, podId: PodId): Promise<Outcome<Caller>> => {
    const found = await kinshipOf(podId, kinship);
    if (found.ok) known.set(principal, found.value);
    return found;
  };
  const guard = (method: PodMethod, run: (params: unknown, call: Call) => unknown) => {
    const check = (caller: Caller, params: unknown, call: Call) => {
      const podId = call.principal?.podId;
      const isOwnWord = caller === "descendant" && podId !== undefined;
      const refusal =
        refusalFor(method, caller) ?? (isOwnWord ? refusalForSender(params, podId) : null);
      if (refusal !== null && !refusal.ok) onDenied(method, refusal.error);
      return refusal ?? run(params, call);
    };
    return (params: unknown, call: Call) => {
      const { principal } = call;
      if (principal === undefined) return check("client", params, call);
      const { role, podId } = principal;
      if (role !== "pod") return check(role, params, call);
      if (podId === undefined) return check("stranger", params, call);
      const kin = known.get(principal);
      if (kin !== undefined) return check(kin, params, call);
      return callerOf(principal, podId).then((caller) =>
        caller.ok ? check(caller.value, params, call) : caller,
      );
    };
  };
  const checked = Object.entries(handlers).map(([method, handle]) => [
    method,
    guard(method as PodMethod, handle as (params: unknown, call: Call) => unknown),
  ]);
  return Object.fromEntries(checked) as PodHandlers;
}

export function senderOf(principal: Principal | undefined): Sender {
  switch (principal?.role) {
    case "pod":
    case "agent": {
      const { role, name, podId } = principal;
      return podId === undefined ? { role, name } : { role, name, podId };
    }
    case "operator":
      return { role: "operator", name: principal.name };
    case "host":
    case "client":
    case "viewer":
    case undefined:
      return { role: "client", name: principal?.name ?? "unknown" };
  }
}
