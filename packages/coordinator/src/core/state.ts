/**
 * Everything shared in a workspace, as a fold of its log: one slice a resource. Plain maps, sets
 * and records that name each other by id, so that a snapshot is a copy.
 */
import type { HostId } from "@podlane/protocol";
import { emptyAudit } from "./audit.ts";
import type { AuditSlice } from "./audit.ts";
import { emptyClaims } from "./claims/claims-slice.ts";
import type { ClaimsSlice } from "./claims/claims-slice.ts";
import type { HostEntry } from "./hosts.ts";
import { emptyInbox } from "./inbox.ts";
import type { InboxSlice } from "./inbox.ts";
import { emptyMerges } from "./merges/merges-slice.ts";
import type { MergesSlice } from "./merges/merges-slice.ts";
import { emptyPods } from "./pods/pods-slice.ts";
import type { PodsSlice } from "./pods/pods-slice.ts";
import { emptyRuns } from "./runs/runs-slice.ts";
import type { RunsSlice } from "./runs/runs-slice.ts";
import { emptySessions } from "./sessions/sessions-slice.ts";
import type { SessionsSlice } from "./sessions/sessions-slice.ts";
import { emptyTasks } from "./tasks/tasks-slice.ts";
import type { TasksSlice } from "./tasks/tasks-slice.ts";
import { emptyTurns } from "./turns/turns-slice.ts";
import type { TurnsSlice } from "./turns/turns-slice.ts";

/** Stands for one version of all that the lifecycle rules depend on: a new object a change. */
export interface LifecycleMark {
  readonly seq: number;
}

export interface WorkspaceState {
  /** Replaced by every event that may have lifecycle consequences; see `advance`. */
  mark: LifecycleMark;
  readonly hosts: Map<HostId, HostEntry>;
  readonly pods: PodsSlice;
  readonly turns: TurnsSlice;
  readonly claims: ClaimsSlice;
  readonly runs: RunsSlice;
  readonly merges: MergesSlice;
  readonly tasks: TasksSlice;
  readonly sessions: SessionsSlice;
  readonly inbox: InboxSlice;
  readonly audit: AuditSlice;
}

export function initialState(): WorkspaceState {
  return {
    mark: { seq: 0 },
    hosts: new Map(),
    pods: emptyPods(),
    turns: emptyTurns(),
    claims: emptyClaims(),
    runs: emptyRuns(),
    merges: emptyMerges(),
    tasks: emptyTasks(),
    sessions: emptySessions(),
    inbox: emptyInbox(),
    audit: emptyAudit(),
  };
}
