/** A pod's ways out: to the coordinator, to its parent, to its children. */
import type { ClaimId, LogEventEnvelope } from "@podlane/protocol";
import { CoordinatorLink, type LostTask } from "../link/coordinator-link.ts";
import { ParentLink } from "../link/parent-link.ts";
import { PodDialer } from "../link/pod-dialer.ts";
import { Reporter } from "../link/reporter.ts";
import type { PodSetting } from "./boot-setting.ts";
import { deliverToParent } from "./deliver.ts";
import type { OwnSession } from "./own-session.ts";
import { warn } from "./warn.ts";

/** What comes in over the connection to the coordinator. */
export interface CoordinatorNews {
  readonly logEvent: (event: LogEventEnvelope) => void;
  readonly grantPushed: () => void;
  readonly taskLost: (lost: LostTask) => void;
  readonly claimLost: (claim: ClaimId) => void;
  readonly lost: () => void;
  readonly found: () => void;
}

export interface Links {
  readonly coordinator: CoordinatorLink;
  readonly parent: ParentLink;
  readonly dialer: PodDialer;
  readonly reporter: Reporter;
  close(): Promise<void>;
}

/** Connects nothing yet: the coordinator's `open` does. */
export function createLinks(
  { boot, coordinatorFile, hello }: PodSetting,
  { session, loop }: OwnSession,
  { news, onFault }: { news: CoordinatorNews; onFault: (fault: unknown) => void },
): Links {
  const dialer = new PodDialer(hello);
  const coordinator = new CoordinatorLink({
    coordinatorFile,
    hello,
    subject: `pod:${boot.pod}`,
    onEvent: (event) => news.logEvent(event as LogEventEnvelope),
    onGrant: () => news.grantPushed(),
    onTaskLost: (lost) => news.taskLost(lost),
    onLost: (claim) => news.claimLost(claim),
    onChange: (change) => news[change](),
  });
  const parent = new ParentLink({
    pending: (limit) => session.outbox.pending(limit),
    deliver: deliverToParent(boot.pod, coordinator, dialer),
    warn,
    onAcknowledged: (seq) => loop.dispatch({ kind: "outbox_acked", seq }),
  });
  const reporter = new Reporter({
    coordinator,
    onRefused: (method, { message }) => warn(`${method}: ${message}`),
    onFault,
  });
  const close = async () => {
    parent.close();
    await dialer.close();
    coordinator.close();
  };
  return { coordinator, parent, dialer, reporter, close };
}
