/** Files of a worktree: tracked, or untracked and not ignored. */
import { gitIn } from "../workspace/git/git.ts";

export async function listFiles(worktree: string): Promise<string[]> {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const { output } = await gitIn(worktree).run(args);
  return [...new Set(output.toString().split("\0"))].filter((path) => path !== "");
}
