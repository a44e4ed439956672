/**
 * Whom a pod has beneath it: its children, and through them their descendants. It mirrors what the
 * log decided about scopes, so that each ancestor can manage its descendants directly.
 */
import type { Generation, Name, PodId, PodState, Scope } from "@podlane/protocol";

export interface ChildEntry {
  readonly id: PodId;
  readonly name: Name;
  /** The direct child it is reached through; null: it is a direct child. */
  readonly via: PodId | null;
  /** It became a direct child because the pod between died; its real place may still be told. */
  readonly adopted: boolean;
  readonly state: PodState;
  readonly socket: string | null;
  readonly scope: Scope;
  readonly generation: Generation;
  /** One of its `turn_ended` was taken in: its orderly `shut_down` then wakes nobody. */
  readonly turnEndedTaken: boolean;
}

export type Registry = ReadonlyMap<PodId, ChildEntry>;
