/**
 * A pod's own socket: who may call, and each method's way inside. A caller's identity is what its
 * token proves: the operator, another pod (its parent or a child), the host, or this pod's agent.
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
  refused,
  type Sender,
} from "@podlane/protocol";
import { listenSocket, type Listener, verifyToken } from "@podlane/protocol/node";

/** What the agent's own credential may call; all else would let a model act as its operator. */
const agentMethods: ReadonlySet<string> = new Set<keyof PodMethods>([
  "tool_call",
  "spawn",
  "get_status",
  "get_history",
  "list_children",
  "read_output",
]);

export interface PodServerOptions {
  readonly socket: string;
  readonly pod: PodId;
  readonly key: Uint8Array;
  readonly name: string;
  readonly version: string;
  readonly handlers: PodHandlers;
  readonly onFault: (fault: Fault) => void;
}

export type PodHandlers = Handlers<PodMethods>;

export function servePod(options: PodServerOptions): Promise<Outcome<Listener>> {
  const handlers = guarded(options.handlers);
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
  if (role === "agent" && podId !== pod) {
    return refused("unauthorized", "an agent may only call the pod it runs in");
  }
  return accepted({ ...claims.value, name: hello.name });
}

/** Every handler behind the check of the caller's role. */
function guarded(handlers: PodHandlers): PodHandlers {
  const checked = Object.entries(handlers).map(([method, handle]) => {
    const run = handle as (params: unknown, call: Call) => unknown;
    const guard = (params: unknown, call: Call) => {
      const refusal = mayCall(method, call.principal);
      return refusal ?? run(params, call);
    };
    return [method, guard];
  });
  return Object.fromEntries(checked) as PodHandlers;
}

function mayCall(method: string, principal: Principal | undefined): Outcome<never> | null {
  switch (principal?.role) {
    case "operator":
    case "pod":
      return null;
    case "host":
      return method === "pod_event" || method === "shutdown" || method === "get_status"
        ? null
        : notAllowed(method, "a host");
    case "agent":
      return agentMethods.has(method) ? null : notAllowed(method, "an agent");
    case "viewer":
      return podMethods[method as keyof PodMethods].mutation
        ? notAllowed(method, "a viewer")
        : null;
    case "client":
    case undefined:
      return notAllowed(method, "this caller");
  }
}

function notAllowed(method: string, caller: string): Outcome<never> {
  return refused("unauthorized", `${caller} may not call ${method} on a pod`);
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
