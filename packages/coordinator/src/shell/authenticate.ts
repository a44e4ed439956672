/**
 * Who is at the other end: proven by the token alone, offline, with the workspace's key.
 */
import { accepted, type Hello, type Outcome, type Principal, refused } from "@podlane/protocol";
import { verifyToken } from "@podlane/protocol/node";
import type { Actor } from "../core/event.ts";
import { isGivenId } from "../core/identity.ts";

export function authenticate(hello: Hello, key: Uint8Array): Outcome<Principal> {
  const claims = verifyToken(key, hello.token);
  if (!claims.ok) return claims;
  const { role, podId } = claims.value;
  if (role !== hello.role) {
    return refused("unauthorized", `the token is for role ${role}, not ${hello.role}`);
  }
  if ((role === "pod" || role === "agent") && podId === undefined) {
    return refused("unauthorized", `a token for role ${role} names its pod`);
  }
  if (podId === undefined && isGivenId(hello.name)) {
    const form = `the name ${hello.name} has the form of an id that the log gives`;
    return refused("invalid_request", `${form}: choose another`);
  }
  return accepted({ ...claims.value, name: hello.name });
}

/** A pod and its agent act as that pod; everybody else as what they call themselves. */
export function actorOf(principal: Principal): Actor {
  return { role: principal.role, id: principal.podId ?? principal.name };
}
