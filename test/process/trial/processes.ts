/** What runs on this machine for a trial: whatever names its folder in arguments or environment. */
import { readdirSync, readFileSync } from "node:fs";

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

export function processesNaming(folder: string): FoundProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name));
  return pids.map(Number).flatMap((pid) => {
    const command = read(pid, "cmdline").replaceAll("\0", " ").trim();
    const isOurs = command.includes(folder) || read(pid, "environ").includes(folder);
    return isOurs && command !== "" ? [{ pid, command }] : [];
  });
}

/** Empty for a process that has gone meanwhile or is somebody else's. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
