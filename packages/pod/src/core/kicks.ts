/**
 * When an idle pod is woken by what waits in its buffer: once a coalescing window, as often as the
 * wake budget allows, and never while it is paused. A parked kick is late, not lost.
 */
import type { Draft } from "./draft.ts";
import { hasUrgent, kickingSinceMs } from "./notify-buffer.ts";
import { requestTurn } from "./turn-request.ts";
import { nextKickAtMs, spendKick } from "./wake-budget.ts";

/** An entry that kicks was accepted: opens a window even while an older kick is parked. */
export function noteKick(draft: Draft): void {
  const { phase, kickAtMs, config } = draft.state;
  if (phase !== "idle" || kickAtMs !== null) return;
  draft.set({ kickAtMs: draft.nowMs + config.settings.coalesceMs });
}

/** Run when a step is done: starts what is due, and leaves timers for what is not. */
export function considerKick(draft: Draft): void {
  const since = kickingSinceMs(draft.state.buffer);
  if (draft.state.phase !== "idle" || since === null) return forgetKicks(draft);
  const { kickAtMs, wakeAtMs, config } = draft.state;
  if (kickAtMs === null && wakeAtMs === null) {
    draft.set({ kickAtMs: Math.max(draft.nowMs, since + config.settings.coalesceMs) });
  }
  if (isDue(draft, draft.state.kickAtMs)) return endWindow(draft);
  if (isDue(draft, draft.state.wakeAtMs)) tryKick(draft, 0);
}

/** Tells the shell what became of the two timers in this step. */
export function syncTimers(
  draft: Draft,
  before: { readonly kickAtMs: number | null; readonly wakeAtMs: number | null },
): void {
  const { kickAtMs, wakeAtMs } = draft.state;
  if (kickAtMs !== before.kickAtMs) sync(draft, "kick", kickAtMs);
  if (wakeAtMs !== before.wakeAtMs) sync(draft, "wake", wakeAtMs);
}

function endWindow(draft: Draft): void {
  draft.set({ kickAtMs: null });
  tryKick(draft, 1);
}

function tryKick(draft: Draft, newlyParked: number): void {
  const { wake, buffer, parkedKicks, config } = draft.state;
  const perMinute = config.settings.wakeBudgetPerMinute;
  const spent = spendKick(wake, perMinute, draft.nowMs);
  if (spent !== null || hasUrgent(buffer)) return kick(draft, spent ?? wake);
  draft.set({
    parkedKicks: parkedKicks + newlyParked,
    wakeAtMs: nextKickAtMs(wake, perMinute, draft.nowMs),
  });
}

function kick(draft: Draft, wake: Draft["state"]["wake"]): void {
  draft.set({ wake });
  draft.save({ key: "wake", value: wake });
  requestTurn(draft, { cause: "notification", input: [], sender: null });
}

function forgetKicks(draft: Draft): void {
  draft.set({ kickAtMs: null, wakeAtMs: null, parkedKicks: 0 });
}

function isDue(draft: Draft, atMs: number | null): boolean {
  return atMs !== null && atMs <= draft.nowMs;
}

function sync(draft: Draft, name: "kick" | "wake", atMs: number | null): void {
  if (atMs === null) draft.ask({ kind: "clear_timer", name });
  else draft.setTimer(name, atMs);
}
