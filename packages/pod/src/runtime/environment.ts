/**
 * The environment of everything that runs inside a pod: an allow-listed remainder of the host's,
 * and the pod's own variables. No secret is in it: the token is named by path.
 */
import { delimiter } from "node:path";
import type { PodLayout } from "@podlane/protocol/node";
import type { BootFile } from "../host/boot-file.ts";
import { markOf } from "../process/mark.ts";

const inherited = ["HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TERM", "NO_COLOR"];

type Environment = Readonly<Record<string, string | undefined>>;

export function podEnvironment(
  boot: BootFile,
  layout: PodLayout,
  host: Environment,
): Record<string, string> {
  const kept = Object.entries(host).filter(
    ([name, value]) => value !== undefined && (inherited.includes(name) || name.startsWith("LC_")),
  ) as [string, string][];
  return {
    ...Object.fromEntries(kept),
    PATH: [layout.binDir, host["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(delimiter),
    TMPDIR: layout.tempDir,
    POD_NAME: boot.spec.name,
    POD_SOCKET: boot.socket,
    POD_TOKEN_FILE: layout.agentTokenFile,
    POD_WORKTREE: boot.worktree,
    POD_TMP: layout.tempDir,
    ...markOf(boot),
    ...(boot.spec.settings.pull === undefined ? {} : { POD_TASK_FILE: layout.taskFile }),
    POD_DB_SUFFIX: boot.pod,
  };
}
