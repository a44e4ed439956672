/**
 * How often notifications may wake an idle pod: a token bucket. It stops two pods from waking
 * each other for ever; it never loses a kick, it only makes one wait.
 */
export interface WakeBudget {
  readonly tokens: number;
  /** When `tokens` was right. */
  readonly atMs: number;
}

const minuteMs = 60_000;

export function fullBudget(perMinute: number, nowMs: number): WakeBudget {
  return { tokens: perMinute, atMs: nowMs };
}

/** The bucket after one kick at `nowMs`, or null when it holds no whole token. */
export function spendKick(budget: WakeBudget, perMinute: number, nowMs: number): WakeBudget | null {
  const now = refilled(budget, perMinute, nowMs);
  return now.tokens >= 1 ? { ...now, tokens: now.tokens - 1 } : null;
}

/** When the next whole token is there: `nowMs` or later. */
export function nextKickAtMs(budget: WakeBudget, perMinute: number, nowMs: number): number {
  const missing = 1 - refilled(budget, perMinute, nowMs).tokens;
  return missing <= 0 ? nowMs : nowMs + Math.ceil((missing * minuteMs) / perMinute);
}

/** A clock that went back refills nothing and takes nothing. */
function refilled(budget: WakeBudget, perMinute: number, nowMs: number): WakeBudget {
  const elapsedMs = Math.max(0, nowMs - budget.atMs);
  const tokens = Math.min(perMinute, budget.tokens + (elapsedMs * perMinute) / minuteMs);
  return { tokens, atMs: nowMs };
}
