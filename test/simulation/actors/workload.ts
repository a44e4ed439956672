/**
 * What agents do, and how often: one row a thing to do. A new resource adds its rows here and its
 * reading of the log to `model/`.
 */
import type { ClaimView } from "@podlane/protocol";
import type { WorkPart } from "../world/scenario.ts";
import type { Held, Holder } from "./holder.ts";

export interface Work {
  readonly name: string;
  readonly weight: number;
  run(holder: Holder): Promise<unknown>;
}

const files = ["file:a/x", "file:a/y", "file:a/sub/z", "file:b/x", "file:top"];
const directories = ["dir:a", "dir:a/sub", "dir:b", "dir:."];
const logical = ["api:/users", "db:orders", "flag:beta"];
const everything = [...files, ...files, ...logical, ...logical, ...directories];

/** Of these few, so that agents meet; a part that is not in the scenario changes no other. */
const unitsOfPart: Readonly<Partial<Record<WorkPart, readonly string[]>>> = {
  processes: ["proc:test", "proc:test", "proc:test", "proc:test", "proc:build", "proc:build"],
  features: ["feature:x", "feature:x", "feature:x", "feature:x:pause", "feature:x:pause"],
};

function unitsOf({ cluster }: Holder): readonly string[] {
  const { parts = [] } = cluster.world.scenario;
  return parts.length === 0
    ? everything
    : [...everything, ...parts.flatMap((part) => unitsOfPart[part] ?? [])];
}

const longMs = [1_000, 2_000, 5_000, 8_000, 20_000];

export const agentWork: readonly Work[] = [
  { name: "claim one unit", weight: 8, run: (holder) => claim(holder, 1) },
  { name: "claim a set", weight: 4, run: (holder) => claim(holder, holder.random.int(2, 3)) },
  { name: "release", weight: 8, run: release },
  { name: "release with an old token", weight: 1, run: releaseStale },
  { name: "release what is another's", weight: 1, run: releaseForeign },
  { name: "renew", weight: 3, run: (holder) => holder.call("claim.renew") },
  { name: "list", weight: 3, run: list },
  { name: "why", weight: 1, run: why },
];

async function claim(holder: Holder, size: number): Promise<void> {
  const { random } = holder;
  const units = Array.from({ length: size }, () => random.pick(unitsOf(holder)));
  const mode = random.chance(0.25) ? "shared" : "exclusive";
  const wait = random.chance(0.4) ? "none" : { deadlineMs: random.int(200, 8_000) };
  const priority = random.pick([1, 5, 5, 5, 10]);
  const ttlMs = random.pick(longMs);
  await holder.acquire({ units: [...new Set(units)], mode, wait, priority, ttlMs });
}

async function release(holder: Holder): Promise<void> {
  const held = someOf(holder);
  if (held === null) return;
  holder.held.delete(held.id);
  const withFence = holder.random.chance(0.7) ? { fence: held.fence } : {};
  await holder.call("claim.release", { claim: held.id, ...withFence });
}

/** As a holder would that was granted the claim before, in another life. */
async function releaseStale(holder: Holder): Promise<void> {
  const held = someOf(holder);
  if (held === null) return;
  await holder.call("claim.release", { claim: held.id, fence: held.fence - 1 });
}

/** Any claim there is; most belong to somebody else. */
async function releaseForeign(holder: Holder): Promise<void> {
  const outcome = await holder.call("claim.list");
  if (!outcome.ok) return;
  const { claims } = outcome.value as { claims: readonly ClaimView[] };
  const foreign = claims.filter(({ id }) => !holder.held.has(id));
  if (foreign.length === 0) return;
  await holder.call("claim.release", { claim: holder.random.pick(foreign).id });
}

async function list(holder: Holder): Promise<void> {
  const units = holder.random.chance(0.5) ? { units: [holder.random.pick(unitsOf(holder))] } : {};
  await holder.call("claim.list", units);
}

async function why(holder: Holder): Promise<void> {
  const held = someOf(holder);
  if (held !== null) await holder.call("claim.why", { claim: held.id });
}

function someOf({ held, random }: Holder): Held | null {
  return held.size === 0 ? null : random.pick([...held.values()]);
}
