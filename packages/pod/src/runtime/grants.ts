/**
 * What the coordinator grants this pod and may take back: the slot of its turn and its claims.
 * Admissions, pushes and lost connections reach both from here.
 */
import { type LogEventEnvelope, systemClock } from "@podlane/protocol";
import type { PodSetting } from "./boot-setting.ts";
import { HeldClaims } from "./held-claims.ts";
import type { Links } from "./links.ts";
import type { OwnSession } from "./own-session.ts";
import { TurnSlot } from "./turn-slot.ts";
import { warn } from "./warn.ts";

export interface Grants {
  readonly slot: TurnSlot;
  readonly claims: HeldClaims;
  /** An event of this pod on the log. */
  takeLogEvent(event: LogEventEnvelope): void;
  coordinatorFound(): void;
}

export function createGrants(
  { boot }: PodSetting,
  { loop }: OwnSession,
  { coordinator }: Pick<Links, "coordinator">,
): Grants {
  const { pod, generation, spec } = boot;
  const slot = new TurnSlot({
    pod,
    generation,
    coordinator,
    onWaiting: (waiting) => loop.dispatch({ kind: "waiting", waiting }),
    onRefused: ({ message }) => warn(`no turn was admitted: ${message}`),
    nowMs: Date.now,
  });
  const claims = new HeldClaims({
    coordinator,
    slot,
    settings: spec.settings,
    priority: spec.priority,
    warn,
    clock: systemClock,
    wallMs: Date.now,
  });
  return {
    slot,
    claims,
    takeLogEvent(event) {
      if (event.kind !== "pod.turn_admitted") return;
      const admitted = event.data as { turn: number; generation: number };
      if (admitted.generation !== generation || slot.takeAdmission(admitted.turn)) return;
      loop.dispatch({ kind: "turn_admitted", turn: admitted.turn });
    },
    coordinatorFound() {
      slot.coordinatorFound();
      claims.coordinatorFound();
    },
  };
}
