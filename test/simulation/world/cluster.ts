/**
 * The servers on one store as their callers see them, and the judge of every answer.
 */
import type { CommandId, Outcome } from "@podlane/protocol";
import type { Actor } from "../../../packages/coordinator/src/core/event.ts";
import type { Network } from "./network.ts";
import type { Server } from "./server.ts";
import type { Store } from "./store.ts";
import type { World } from "./world.ts";

/** One call from its start to its answer, as its caller knows it. */
export interface Answered {
  readonly actor: Actor;
  readonly method: string;
  readonly params: unknown;
  /** Absent for a query. */
  readonly commandId: CommandId | undefined;
  readonly outcome: Outcome<unknown>;
  /** The store's head when the call began, and when its answer came. */
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface Cluster {
  readonly world: World;
  readonly store: Store;
  readonly network: Network;
  readonly servers: readonly Server[];
  /** Checks an answer against the log; tells the world what is wrong with it. */
  judge(answered: Answered): void;
  /** Calls that nobody has answered yet. */
  readonly open: { calls: number };
}
