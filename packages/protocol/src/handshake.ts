/**
 * The first message each way. Hello says who dials and proves it by a token; welcome says what
 * both may use. Source: docs/protocol.md, "Handshake".
 */
import { z } from "zod";
import { Generation, PodId } from "./ids.ts";
import { maxFrameBytes, maxNameBytes, maxPendingRequests, maxSubscriptionQueue } from "./limits.ts";
import { type Outcome, accepted, refused } from "./outcome.ts";

/** The wire revision this package speaks. */
export const protocolVersion = 1;

/** Lowest and highest wire revision this package speaks. */
export const supportedProtocols: readonly [min: number, max: number] = [
  protocolVersion,
  protocolVersion,
];

export const Role = z.enum(["operator", "pod", "agent", "host", "client", "viewer"]);
export type Role = z.infer<typeof Role>;

/** Who is at the other end, as its token proved it; never taken from a payload. */
export interface Principal {
  readonly role: Role;
  readonly podId?: PodId;
  readonly generation?: Generation;
  readonly name: string;
}

export const Hello = z.object({
  /** Lowest and highest revision the client speaks. */
  protocol: z.tuple([z.int().min(1), z.int().min(1)]),
  role: Role,
  token: z.string().max(1_024),
  podId: PodId.optional(),
  generation: Generation.optional(),
  name: z.string().max(maxNameBytes),
  version: z.string().max(64),
});
export type Hello = z.infer<typeof Hello>;

/** What a client gives; the protocol range is this package's. */
export type HelloInput = Omit<Hello, "protocol"> & { readonly protocol?: Hello["protocol"] };

/** The bounds the server keeps to; a client keeps to the smaller of these and its own. */
export const WelcomeLimits = z.object({
  maxFrameBytes: z.int().min(1),
  maxPendingRequests: z.int().min(1),
  maxSubscriptionQueue: z.int().min(1),
});
export type WelcomeLimits = z.infer<typeof WelcomeLimits>;

export const Welcome = z.object({
  /** The revision both will speak. */
  protocol: z.int().min(1),
  peer: z.object({ name: z.string(), version: z.string() }),
  limits: WelcomeLimits,
  /** What the server can do beyond this revision's methods; unknown names are ignored. */
  features: z.array(z.string()),
});
export type Welcome = z.infer<typeof Welcome>;

export const HelloEnvelope = z.object({ hello: Hello });
export const WelcomeEnvelope = z.object({ welcome: Welcome });

export const ownLimits: WelcomeLimits = { maxFrameBytes, maxPendingRequests, maxSubscriptionQueue };

/** The highest revision both ranges hold; `unsupported` when there is none. */
export function negotiateProtocol(
  theirs: readonly [number, number],
  ours: readonly [number, number] = supportedProtocols,
): Outcome<number> {
  const highest = Math.min(theirs[1], ours[1]);
  if (highest >= Math.max(theirs[0], ours[0])) return accepted(highest);
  const message =
    `this side speaks protocol ${ours[0]} to ${ours[1]}, the other ${theirs[0]} to ${theirs[1]}: ` +
    "upgrade the older one";
  return refused("unsupported", message, { supported: ours });
}
