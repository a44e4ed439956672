/**
 * The end of a pod, in one batch: its claims go on or home, its tasks and its scope return, its
 * children get a new parent. Nothing of it is left for a later event to clean up.
 */
import { isTerminal } from "@podlane/protocol";
import type { PodExit } from "@podlane/protocol";
import { endClaimsOf } from "../claims/hand-over.ts";
import { accept, refuse } from "../decider.ts";
import type { Deciders } from "../decider.ts";
import { Batch, fact, subjectOf } from "../fact.ts";
import { lendsWrite } from "../scopes.ts";
import type { WorkspaceState } from "../state.ts";
import { TaskEndings } from "../tasks/endings.ts";
import type { PodEntry } from "./pods-slice.ts";
import { isQuarantined, restartOf } from "./restart.ts";
import { childrenOf, findPod, livingAncestor } from "./tree.ts";

export const exitDeciders: Deciders<"host.exited"> = {
  /** A repeat for the same generation is accepted and appends nothing. */
  "host.exited": (state, { pod: id, generation, exit, lastSeq }, { nextSeq, nowMs }) => {
    const pod = findPod(state, id);
    if (pod === undefined) return refuse("not_found", `pod ${id} is not known`);
    if (generation !== pod.generation) {
      return refuse(
        "stale_generation",
        `generation ${generation} of ${pod.spec.name} is over: it is at ${pod.generation}`,
      );
    }
    if (isTerminal(pod.state)) return accept<"host.exited">([], () => ({ restarts: false }));
    const reason = restartOf(pod, exit, nowMs);
    if (reason !== null) {
      const data = { generation, exit, nextGeneration: generation + 1, reason };
      const restarting = fact("pod.restarting", subjectOf.pod(id), data);
      return accept<"host.exited">([restarting], () => ({ restarts: true }));
    }
    const batch = new Batch(nextSeq);
    const quarantined = isQuarantined(pod, exit, nowMs);
    appendExit(state, { pod, exit, lastSeq, quarantined }, batch);
    return accept<"host.exited">(batch.events, () => ({ restarts: false }));
  },
};

interface Ending {
  readonly pod: PodEntry;
  readonly exit: PodExit;
  readonly lastSeq: number;
  readonly quarantined: boolean;
}

/** Appends the end of a living pod with all that follows from it at once. */
export function appendExit(state: WorkspaceState, { pod, ...ending }: Ending, batch: Batch): void {
  const subject = subjectOf.pod(pod.id);
  const heir = livingAncestor(state, pod);
  batch.add(fact("pod.exited", subject, { generation: pod.generation, ...ending }));
  for (const child of childrenOf(state, pod)) {
    const data = { from: pod.id, to: heir?.id ?? null };
    batch.add(fact("pod.reparented", subjectOf.pod(child.id), data));
  }
  if (!pod.topLevel && lendsWrite(pod.scope)) {
    batch.add(fact("scope.returned", subject, { to: heir?.id ?? null, scope: pod.scope }));
  }
  endClaimsOf(state, pod.id, batch);
  new TaskEndings(state, batch).giveBackAllOf(pod.id);
}

/** The exit of a pod that no host was ever asked to start. */
export function neverStarted(cause: "requested" | "finished" | "timeout"): PodExit {
  return { code: null, signal: null, cause, dirty: [], lastOutput: "" };
}
