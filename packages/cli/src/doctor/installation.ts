/** Whether this machine has what Podlane needs: Node and git. */
import { gitVersion } from "@podlane/pod";
import { type Check, problem, well } from "./check.ts";

/** As in package.json: native TypeScript, node:sqlite and `using` came by then. */
const oldestNode = 24;

export async function checkInstallation(): Promise<Check[]> {
  return [checkNode(), await checkGit()];
}

function checkNode(): Check {
  const found = process.versions.node;
  return Number(found.split(".")[0]) >= oldestNode
    ? well("node", found)
    : problem("node", found, `install Node ${oldestNode} or newer from nodejs.org`);
}

async function checkGit(): Promise<Check> {
  const found = await gitVersion();
  if (found !== null) return well("git", found);
  return problem("git", "none, or older than 2.38", "install or upgrade git");
}
