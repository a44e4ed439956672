/**
 * Which coordinators of one log live, as their store sees it. It decides who may speak of whose
 * sessions, and never what is true: that is the log's alone.
 */
import type { ReplicaId } from "@podlane/protocol";

export interface ReplicaLeases {
  /** Of this coordinator; another one a life. */
  readonly id: ReplicaId;
  /** The others whose lease ran at the last look, and perhaps this one. */
  living(): ReadonlySet<ReplicaId>;
}
