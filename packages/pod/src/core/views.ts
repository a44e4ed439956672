/**
 * What the state looks like from outside: the answers of `get_status` and `list_children`.
 */
import type { ChildView, PodStatus } from "@podlane/protocol";
import { isQuiet } from "./settle.ts";
import type { PodCoreState } from "./state.ts";

export function statusOf(state: PodCoreState): PodStatus {
  const { config, phase, waiting, turn, turnsTaken, buffer, parkedKicks, approvals } = state;
  return {
    id: config.podId,
    name: config.podName,
    generation: config.generation,
    state: phase,
    waiting,
    turn: turn === null ? null : { n: turn.n, cause: turn.cause },
    turnsTaken,
    buffered: buffer.entries.length + (buffer.overflow === null ? 0 : 1),
    parkedKicks,
    inputWaiting: approvals.length,
    settled: isQuiet(state),
  };
}

export function childrenOf({ registry }: PodCoreState): ChildView[] {
  return [...registry.values()].map(({ id, name, via, state, socket, scope }) => ({
    id,
    name,
    via,
    state,
    socket,
    scope,
  }));
}
