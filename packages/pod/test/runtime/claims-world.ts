/** Held claims over a coordinator, slot and clocks that the test drives by hand. */
import { accepted, type ClaimView, type Outcome } from "@podlane/protocol";
import { expect } from "vitest";
import { ManualClock } from "../../../protocol/test/manual-clock.ts";
import { HeldClaims, type HeldClaimsOptions } from "../../src/runtime/held-claims.ts";
import type { SlotWait } from "../../src/runtime/turn-slot.ts";
import { type AskedCall, ScriptedCoordinator } from "./scripted-coordinator.ts";

export const never = new AbortController().signal;
export const done = accepted(undefined);
export const isInterrupted = { ok: false, error: { code: "interrupted" } };
export const isStale = { ok: false, error: { code: "stale_token" } };

/** A slot that is given up and comes back as the test says. */
class ScriptedSlot {
  readonly waits: SlotWait[] = [];
  refusal: Outcome<never> | null = null;
  back: Promise<void> = Promise.resolve();

  whileWaiting = async <T>(wait: SlotWait, job: () => Promise<Outcome<T>>): Promise<Outcome<T>> => {
    this.waits.push(wait);
    if (this.refusal !== null) return this.refusal;
    const outcome = await job();
    await this.back;
    return outcome;
  };
}

export function claimsOf(settings: Partial<HeldClaimsOptions["settings"]> = {}) {
  const coordinator = new ScriptedCoordinator();
  const clock = new ManualClock();
  const slot = new ScriptedSlot();
  const warnings: string[] = [];
  const wall = { ms: 0 };
  const claims = new HeldClaims({
    coordinator: coordinator.port,
    slot,
    settings: { claimsMode: "strict", coordinatorDown: "block", ...settings },
    priority: 5,
    warn: (message) => warnings.push(message),
    clock,
    wallMs: () => wall.ms,
  });
  const hold = async (units: readonly string[], id = "c1") => {
    const held = claims.ensure(units, never);
    grant(await coordinator.next("claim.acquire"), id);
    expect(await held).toEqual(done);
  };
  return { coordinator, clock, slot, warnings, wall, claims, hold };
}

function view(call: AskedCall, id: string, state: ClaimView["state"]) {
  const { units } = call.params;
  const fence = state === "granted" ? Number(id.slice(1)) : null;
  const blockedBy = state === "queued" ? [{ claim: "c0", holder: "p-other", holderName: "o" }] : [];
  return { claim: { id, units, state, fence, blockedBy, until: "turn_end" } };
}

export const grant = (call: AskedCall, id: string) => call.accept(view(call, id, "granted"));
export const queue = (call: AskedCall, id: string) => call.accept(view(call, id, "queued"));
