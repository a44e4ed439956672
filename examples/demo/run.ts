/**
 * `npm run demo`: clones this repository into a temporary folder, runs the plan beside this file
 * over the clone, says what each pod did, and checks that all of it happened. Exit 0 only then.
 */
import { checkExpectations, tasks } from "./expectations.ts";
import { gatherEvidence, type Evidence, type PodView } from "./evidence.ts";
import { setStage, whyNotHere, type Stage } from "./stage.ts";

const plan = "examples/demo/plan.yaml";
const leaveDeadlineMs = 10_000;

async function main(): Promise<number> {
  const reason = whyNotHere();
  if (reason !== null) {
    console.error(`demo: ${reason}`);
    return 1;
  }
  // Ctrl-C reaches `pod run` too: it ends the run, and then this cleans up.
  process.on("SIGINT", () => {});
  const stage = setStage();
  try {
    return await perform(stage);
  } finally {
    await leave(stage);
  }
}

async function perform(stage: Stage): Promise<number> {
  const base = stage.git(["rev-parse", "main"]);
  console.log(`A clone of this repository: ${stage.repository}`);
  console.log(`pod run ${plan}\n`);
  const startedMs = Date.now();
  const code = await stage.play(["run", plan]);
  const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1);
  const evidence = gatherEvidence(stage, base);
  printPods(evidence);
  printMerges(stage);
  const expectations = checkExpectations(evidence);
  console.log(`\nChecked, ${seconds} s after it began:`);
  for (const { claim, gap } of expectations) {
    console.log(gap === null ? `  ok    ${claim}` : `  FAIL  ${claim}: ${gap}`);
  }
  printCommands(stage);
  const gaps = expectations.filter(({ gap }) => gap !== null);
  if (code !== 0) console.error(`demo: pod run ended with ${code}`);
  return code === 0 && gaps.length === 0 ? 0 : 1;
}

function printPods({ pods, history }: Evidence): void {
  console.log("\nWhat each pod did:");
  const byPath = pods.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  for (const pod of byPath) {
    const items = history.get(pod.name) ?? [];
    const said = items.flatMap(({ type, text }) => (type === "assistant" && text ? [text] : []));
    const name = `${"  ".repeat(levelOf(pod))}${pod.name}`.padEnd(18);
    said.forEach((text, index) => console.log(`  ${index === 0 ? name : " ".repeat(18)} ${text}`));
  }
}

/** 0 for a task of the plan; its path begins with the run. */
function levelOf({ path }: PodView): number {
  return path.split("/").length - 2;
}

function printMerges(stage: Stage): void {
  console.log("\nWhat landed in main, the last on top, each behind the type checker:");
  const merges = stage.git(["log", "--first-parent", `-${tasks.length}`, "--format=%h %s", "main"]);
  for (const line of merges.split("\n")) {
    const commit = line.slice(0, line.indexOf(" "));
    const stat = stage.git(["diff", "--shortstat", `${commit}^1`, commit]).trim();
    console.log(`  ${line}  (${stat})`);
  }
}

function printCommands({ repository, stateHome, folder }: Stage): void {
  const commands = [
    `cd ${repository}`,
    `export POD_HOME=${stateHome} PATH="$PWD/node_modules/.bin:$PATH"`,
    "pod ps -a --tree",
    "pod history packages",
    "pod events --since 0",
    "git log --graph --oneline -20",
    `pod serve --stop; rm -rf ${folder}   # when you have seen enough`,
  ];
  console.log(`\nLook closer:\n${commands.map((command) => `  ${command}`).join("\n")}`);
}

/** Ends whatever is left, so that the demo leaves folders behind and no process. */
async function leave(stage: Stage): Promise<void> {
  const deadlineMs = Date.now() + leaveDeadlineMs;
  const living = JSON.parse(stage.ask(["ps", "--json"])) as { pods: readonly unknown[] };
  if (living.pods.length > 0) await stage.play(["stop", "--all"]);
  await stage.play(["serve", "--stop"]);
  while (stage.processes().length > 0 && Date.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const left = stage.processes();
  if (left.length === 0) return;
  process.exitCode = 1;
  console.error(`demo: still running:\n${left.join("\n")}`);
}

const code = await main().catch((error: unknown) => {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
process.exitCode ||= code;
