/** The pod runtime, the host that supervises pods, and what both need of git. */
export { parseScript } from "./agent/script/parse-script.ts";
export { Host, type HostCalls, type Report } from "./host/host.ts";
export type { HostSetting } from "./host/host-setting.ts";
export type { Peers } from "./host/peers.ts";
export { dieOf, runPod } from "./main.ts";
export { diesWithin } from "./process/ladder.ts";
export { markedProcesses } from "./process/mark.ts";
export { isAlive, startTimeOf } from "./process/table.ts";
export { openSession } from "./session/session.ts";
export { resolveBase, type Base } from "./workspace/base.ts";
export { diffStat, diffText } from "./workspace/diff.ts";
export { gitIn } from "./workspace/git/git.ts";
export { gitVersion } from "./workspace/git/version.ts";
export { discoverRepository, type Repository } from "./workspace/repository.ts";
export { listWorktrees } from "./workspace/worktree-list.ts";
