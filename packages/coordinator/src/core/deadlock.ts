/**
 * Whether a new wait could ever end: a search for the way back to whoever asks. Where a unit has
 * room for several, a way back is no deadlock while others of them can still go on.
 */
import type { Refusal } from "@podlane/protocol";
import { nameOf } from "./pods/tree.ts";
import type { WorkspaceState } from "./state.ts";
import type { Need, WaitEdge } from "./wait-graph.ts";
import { describeEdge, isChoice, isWaitedFor, WaitScan } from "./wait-graph.ts";

/** What a request would add to the graph. */
export interface NewWaits {
  /** Who asks. */
  readonly start: string;
  /** What it would wait for; asked for only if anybody waits for it. */
  readonly needs: (scan: WaitScan) => readonly Need[];
  /** Waits of others for the one who asks. */
  readonly others?: readonly WaitEdge[];
}

/** The refusal of a request whose waits would close a cycle, naming it; null if they do not. */
export function findDeadlock(state: WorkspaceState, waits: NewWaits): Refusal | null {
  const cycle = findCycle(state, waits);
  if (cycle === null) return null;
  const steps = cycle.map((edge) => `${nameOf(state, edge.from)} ${describeEdge(state, edge)}`);
  const message = `this would wait for itself: ${steps.join("; ")}`;
  return { code: "deadlock", message, data: { cycle: cycle.map((edge) => edge.from) } };
}

/** The cycle as edges that start and end at `start`. */
export function findCycle(state: WorkspaceState, waits: NewWaits): WaitEdge[] | null {
  const { start, others = [] } = waits;
  // Most of the time nobody waits for the one who asks: then its waits need not even be listed.
  if (others.length === 0 && !isWaitedFor(state, start)) return null;
  const scan = new WaitScan(state);
  const back = new Map(others.map((edge) => [edge.from, edge]));
  const reachedBy = new Map<string, WaitEdge | null>([[start, null]]);
  for (const who of reachedBy.keys()) {
    const wayBack = back.get(who);
    if (wayBack !== undefined) return conclude(state, waits, { scan, reachedBy, last: wayBack });
    const added = who === start ? waits.needs(scan) : [];
    scan.hasChoices ||= added.some(isChoice);
    for (const edge of [...added, ...scan.needsOf(who)].flatMap((need) => need.edges)) {
      if (edge.to === start) return conclude(state, waits, { scan, reachedBy, last: edge });
      if (!reachedBy.has(edge.to)) reachedBy.set(edge.to, edge);
    }
  }
  return null;
}

interface WayBack {
  readonly scan: WaitScan;
  readonly reachedBy: ReadonlyMap<string, WaitEdge | null>;
  readonly last: WaitEdge;
}

function conclude(state: WorkspaceState, waits: NewWaits, way: WayBack): WaitEdge[] | null {
  const { scan, reachedBy, last } = way;
  // A choice that the walk has not met yet may lie on another branch: then all must be looked at.
  const mayChoose = scan.hasChoices || hasChoices(state);
  return mayChoose && !findStuck(state, [waits.start], waits).has(waits.start)
    ? null
    : pathTo(reachedBy, last);
}

/** Whether anybody at all may go on though not all that it waits for does. */
function hasChoices({ claims, turns, pods }: WorkspaceState): boolean {
  if (claims.capacities.size > 0) return true;
  for (const id of turns.yielded) {
    if (pods.byId.get(id)?.turn?.waits.some(({ mode }) => mode === "any") === true) return true;
  }
  return false;
}

/** Who of these, and of those they wait for, could never go on, were the new waits added. */
export function findStuck(
  state: WorkspaceState,
  starts: readonly string[],
  added?: NewWaits,
): ReadonlySet<string> {
  const open = new Map<string, Need[]>();
  const frontier = [...starts];
  for (let who = frontier.pop(); who !== undefined; who = frontier.pop()) {
    if (open.has(who)) continue;
    const needs = allNeedsOf(state, who, added);
    open.set(who, needs);
    const ahead = needs.flatMap(({ edges }) => edges.map(({ to }) => to));
    frontier.push(...ahead.filter((to) => !open.has(to)));
  }
  for (let before = -1; before !== open.size;) {
    before = open.size;
    for (const [who, own] of open) if (own.every((need) => isMet(need, open))) open.delete(who);
  }
  return new Set(open.keys());
}

/** A scan for each: here every need counts, not only who is reached first. */
function allNeedsOf(state: WorkspaceState, who: string, added?: NewWaits): Need[] {
  const needs = new WaitScan(state).needsOf(who);
  if (added?.start === who) needs.push(...added.needs(new WaitScan(state)));
  for (const edge of added?.others ?? []) {
    if (edge.from === who) needs.push({ edges: [edge], count: 1 });
  }
  return needs;
}

/** Whether enough of those waited for can go on. */
function isMet({ edges, count }: Need, open: ReadonlyMap<string, unknown>): boolean {
  return edges.filter((edge) => !open.has(edge.to)).length >= count;
}

function pathTo(reachedBy: ReadonlyMap<string, WaitEdge | null>, last: WaitEdge): WaitEdge[] {
  const path = [last];
  let edge = reachedBy.get(last.from) ?? null;
  while (edge !== null) {
    path.unshift(edge);
    edge = reachedBy.get(edge.from) ?? null;
  }
  return path;
}
