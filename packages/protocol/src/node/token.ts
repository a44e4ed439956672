/**
 * Credentials of a connection: `role.podId.generation.mac`, where mac is the HMAC-SHA256 of
 * `role|podId|generation` under the workspace's key. Anyone trusted with the key verifies offline.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { Role } from "../handshake.ts";
import { Generation, PodId } from "../ids.ts";
import { type Outcome, accepted, refused } from "../outcome.ts";

/** HMAC-SHA256 is only as strong as its key. */
const minKeyBytes = 32;

export interface TokenClaims {
  readonly role: Role;
  readonly podId?: PodId;
  readonly generation?: Generation;
}

/** Claims that are absent are empty in the token. */
export function mintToken(key: Uint8Array, claims: TokenClaims): string {
  if (key.length < minKeyBytes) {
    throw new RangeError(`a workspace key has at least ${minKeyBytes} bytes, found ${key.length}`);
  }
  const parts = [claims.role, claims.podId ?? "", String(claims.generation ?? "")];
  const mac = createHmac("sha256", key).update(parts.join("|")).digest("base64url");
  return [...parts, mac].join(".");
}

/**
 * What the token proves, or `unauthorized`. Compares the whole token in constant time with the one
 * its claims would have, so only the canonical spelling passes.
 */
export function verifyToken(key: Uint8Array, token: string): Outcome<TokenClaims> {
  const read = readToken(token);
  if (!read.ok) return read;
  const claims = read.value;
  const expected = Buffer.from(mintToken(key, claims));
  const found = Buffer.from(token);
  if (expected.length === found.length && timingSafeEqual(expected, found)) return accepted(claims);
  return refused("unauthorized", "the token was not made with this workspace's key");
}

/** What a token says of itself, not proven: for its holder. */
export function readToken(token: string): Outcome<TokenClaims> {
  const claims = readClaims(token);
  if (claims !== undefined) return accepted(claims);
  return refused("unauthorized", "the token is not one of Podlane's");
}

function readClaims(token: string): TokenClaims | undefined {
  const [roleText, podText, generationText, mac, ...rest] = token.split(".");
  if (mac === undefined || rest.length > 0) return undefined;
  const role = Role.safeParse(roleText);
  if (!role.success) return undefined;
  const podId = podText === "" ? undefined : PodId.safeParse(podText);
  const generation =
    generationText === "" ? undefined : Generation.safeParse(Number(generationText));
  if (podId?.success === false || generation?.success === false) return undefined;
  return {
    role: role.data,
    ...(podId === undefined ? {} : { podId: podId.data }),
    ...(generation === undefined ? {} : { generation: generation.data }),
  };
}
