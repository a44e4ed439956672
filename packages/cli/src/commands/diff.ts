/** `pod diff`: what a pod changed, committed or not. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { exitCodes, type PodRecord } from "@podlane/protocol";
import { diffStat, diffText, gitIn } from "@podlane/pod";
import { type CommandContext, openWorkspace } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import type { DiffJson } from "../json/answers-json.ts";
import { selectPods } from "../lifecycle.ts";
import { printRows } from "../render/table.ts";
import { verb } from "../verb.ts";

interface DiffOptions {
  readonly tree?: true;
  readonly stat?: true;
  readonly json?: true;
}

type PodDiff = DiffJson["pods"][number];

export function addDiff(program: Command, context: CommandContext): void {
  program
    .command("diff")
    .description("show what a pod changed since its start, uncommitted work included")
    .argument("<pod>", "its name, a unique prefix of its id, or @last")
    .option("--tree", "also everything below it")
    .option("--stat", "files and line counts only")
    .option("--json", "one object")
    .action(verb(context, (pod: string, options: DiffOptions) => diff(context, pod, options)));
}

async function diff(
  context: CommandContext,
  wanted: string,
  options: DiffOptions,
): Promise<number> {
  const { terminal } = context;
  const pods = await withCoordinator(context, async (coordinator) => {
    const known = (await coordinator.call("pod.list", { all: true })).pods;
    const tree = options.tree === true;
    return selectPods(known, { wanted: [wanted], tree, all: false, own: null }).toReversed();
  });
  const diffs: PodDiff[] = [];
  for (const pod of pods) diffs.push(await diffOf(context, pod, options));
  if (options.json === true) terminal.json({ version: 1, pods: diffs } satisfies DiffJson);
  else diffs.forEach((one) => print(context, one, { options, titled: diffs.length > 1 }));
  return exitCodes.done;
}

async function diffOf(
  context: CommandContext,
  pod: PodRecord,
  options: DiffOptions,
): Promise<PodDiff> {
  const { id, name, branch, baseCommit } = pod;
  const from = { id, name, branch, base: baseCommit ?? "" };
  // It never got a workspace: nothing can have changed.
  if (baseCommit === null) return { ...from, files: [], truncated: false };
  const { repository } = await openWorkspace(context);
  const place = await placeOf(pod, repository.toplevel);
  if (place === null) return { ...from, files: [], truncated: false };
  const request = { base: baseCommit, ...place };
  const files = (await diffStat(request)).map((file) => ({ ...file }));
  if (options.stat === true) return { ...from, files, truncated: false };
  const { text, truncated } = await diffText(request);
  return { ...from, files, text, truncated };
}

/** Its worktree while there is one, else its branch, else (landed) the commit of its last turn. */
async function placeOf(
  { worktree, branch, lastTurn }: PodRecord,
  toplevel: string,
): Promise<{ worktree: string; to?: string } | null> {
  if (worktree !== null && existsSync(worktree)) return { worktree };
  const ref = `refs/heads/${branch ?? ""}`;
  const git = gitIn(toplevel);
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", ref];
  const { exitCode } = await git.run(args, { exitCodes: [0, 1] });
  const to = exitCode === 0 ? ref : lastTurn?.result?.commit;
  return to === undefined || to === null ? null : { worktree: toplevel, to };
}

function print(
  { terminal }: CommandContext,
  one: PodDiff,
  { options, titled }: { readonly options: DiffOptions; readonly titled: boolean },
): void {
  if (titled) terminal.say(`${one.name} (${one.branch ?? "this checkout"})`);
  if (one.files.length === 0) terminal.say(`${one.name} changed nothing`);
  else if (options.stat === true) {
    const rows = one.files.map(({ path, addedLines, deletedLines }) => [
      `+${addedLines ?? "?"}`,
      `-${deletedLines ?? "?"}`,
      path,
    ]);
    printRows(terminal, ["ADDED", "DELETED", "FILE"], rows);
  } else terminal.print((one.text ?? "").trimEnd());
  if (one.truncated) terminal.say("the diff is longer than the bound and was cut; see --stat");
}
