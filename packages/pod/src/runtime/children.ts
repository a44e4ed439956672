/** This pod's children: who they are, how one is spawned, and what its agent may do with them. */
import type { ChildView, Outcome, PodId, PodRecord, SpawnChild } from "@podlane/protocol";
import { childrenOf } from "../core/views.ts";
import type { PodsPort } from "../tools/tool-host.ts";
import type { PodSetting } from "./boot-setting.ts";
import { ChildDrops } from "./child-drops.ts";
import { ConsumedResults } from "./consumed-results.ts";
import type { Grants } from "./grants.ts";
import type { Links } from "./links.ts";
import type { OwnSession } from "./own-session.ts";
import { createPodsPort } from "./pods-port.ts";
import { spawnChild } from "./spawn-child.ts";
import type { Territory } from "./territory.ts";

export interface Children {
  list(): readonly ChildView[];
  nameOf(id: string): string;
  /** The newest of that name: an earlier one may still be on its way out. */
  idOf(name: string): PodId | null;
  spawn(request: SpawnChild, signal: AbortSignal): Promise<Outcome<PodRecord>>;
  /** Children as the tools of the agent see them. */
  readonly port: PodsPort;
  readonly drops: ChildDrops;
  readonly consumed: ConsumedResults;
}

export interface ChildrenParts {
  readonly own: OwnSession;
  readonly links: Links;
  readonly grants: Grants;
  readonly territory: Territory;
}

export function createChildren(
  { boot }: PodSetting,
  { own, links, grants, territory }: ChildrenParts,
): Children {
  const { pod, generation, spec } = boot;
  const { loop } = own;
  const { coordinator, dialer } = links;
  const { scope, worktree } = territory;
  const list = () => childrenOf(loop.state);
  const drops = new ChildDrops((child) => loop.state.registry.has(child));
  const consumed = new ConsumedResults({
    state: () => loop.state,
    dispatch: (input) => loop.dispatch(input),
  });
  const client = `${pod}.${generation}.${process.pid}`;
  let commands = 0;
  let spawned = 0;
  const spawn = (request: SpawnChild, signal: AbortSignal) => {
    const options = {
      pod,
      own: spec,
      coordinator,
      worktree,
      lend: scope.lend.bind(scope),
      permissions: () => scope.permissions(),
      nextName: () => `${spec.name}-${(spawned += 1)}`,
      dispatch: loop.dispatch.bind(loop),
    };
    return spawnChild(request, options, signal);
  };
  const port = createPodsPort({
    coordinator,
    dialer,
    slot: grants.slot,
    children: list,
    spawnChild: spawn,
    consume: (child, ended) => consumed.take(child, ended),
    untilDropped: (child) => drops.until(child),
    nextCommandId: () => ({ client, n: (commands += 1) }),
  });
  return {
    list,
    nameOf: (id) => list().find((child) => child.id === id)?.name ?? id,
    idOf: (name) => list().findLast((child) => child.name === name)?.id ?? null,
    spawn,
    port,
    drops,
    consumed,
  };
}
