/** Coordinators over logs of the tests' choice, and peers connected to them. */
import {
  connectPeer,
  coordinatorMethods,
  coordinatorPushMethods,
  createMemoryPair,
  type ClaimEnd,
  type ClaimView,
  type PodId,
} from "@podlane/protocol";
import { mintToken } from "@podlane/protocol/node";
import { onTestFinished } from "vitest";
import { type Coordinator, type CoordinatorOptions, openCoordinator } from "../src/coordinator.ts";

export const key: Uint8Array = new Uint8Array(32).fill(7);

/** A coordinator that ends with the test and whose faults fail it. */
export async function open(
  options: Pick<CoordinatorOptions, "log"> & Partial<CoordinatorOptions>,
): Promise<Coordinator> {
  const coordinator = await openCoordinator({
    key,
    version: "1.2.3",
    store: "memory",
    stateDir: "/state",
    socket: "/state/socket",
    clock: { nowMs: Date.now },
    soleWriter: false,
    onFault: (fault) => {
      throw fault;
    },
    onNote: () => {},
    onStop: () => {},
    ...options,
  });
  onTestFinished(() => coordinator.close());
  return coordinator;
}

type Identity = { readonly role: "operator" } | { readonly role: "pod"; readonly podId: PodId };

/** A peer with that identity, and what is pushed to it. */
export async function connect(coordinator: Coordinator, identity: Identity = { role: "operator" }) {
  const [ours, theirs] = createMemoryPair();
  coordinator.accept(theirs);
  const claims = identity.role === "pod" ? { ...identity, generation: 1 } : identity;
  const token = mintToken(key, claims);
  const granted: ClaimView[] = [];
  const lost: { claim: string; how: ClaimEnd }[] = [];
  const connected = await connectPeer(
    ours,
    { ...claims, token, name: "test", version: "1.2.3" },
    {
      serves: coordinatorPushMethods,
      handlers: {
        "claim.granted": ({ claim }) => {
          granted.push(claim);
          return { ok: true, value: {} };
        },
        "task.lost": () => ({ ok: true, value: {} }),
        "claim.lost": (loss) => {
          lost.push(loss);
          return { ok: true, value: {} };
        },
      },
      calls: coordinatorMethods,
    },
  );
  if (!connected.ok) throw new Error(connected.error.message);
  return { peer: connected.value.peer, granted, lost };
}

export type Connected = Awaited<ReturnType<typeof connect>>;
