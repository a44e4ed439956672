/**
 * Making a fresh workspace usable: `link`, `copy` and `run` of the plan's `setup`.
 *
 * `run` is cached by what it installs from: when the person's checkout has everything that `link`
 * names, and the same lock files as the workspace, linking replaces running. Otherwise nothing is
 * linked, since an installer would write through the links into the checkout, and `run` makes it.
 * So whatever `run` makes and a workspace needs must be named in `link` to be cached.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { accepted, refused, type Outcome, type Setup } from "@podlane/protocol";
import { runCommand, type CommandResult } from "./command.ts";
import { gitIn } from "./git/git.ts";
import { copyPath, linkPath, resolvePlace, type Place } from "./setup-paths.ts";

export interface ApplySetup {
  readonly setup: Setup;
  /** The person's checkout, from which is linked and copied. */
  readonly checkout: string;
  readonly workspace: string;
  /** Receives the output of `run`. */
  readonly outputPath: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface SetupResult {
  readonly linked: readonly string[];
  readonly copied: readonly string[];
  /** Null when `run` was not needed. */
  readonly run: CommandResult | null;
}

/** Files that say what an installer installs. */
const lockFiles = [
  "package.json",
  "package-lock.json",
  "npm-shrinkwrap.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  "bun.lock",
  "bun.lockb",
  "deno.lock",
  "Cargo.lock",
  "go.sum",
  "poetry.lock",
  "uv.lock",
  "requirements.txt",
  "Gemfile.lock",
  "composer.lock",
];

/**
 * Applies it once a workspace: a repeat with the same setup and lock files does nothing more.
 * Refused `invalid_request` for a path that leaves the workspace, `unavailable` when `run` fails.
 */
export async function applySetup(request: ApplySetup): Promise<Outcome<SetupResult>> {
  const { setup, checkout, workspace } = request;
  const links = await resolvePlaces(setup.link, request);
  if (!links.ok) return links;
  const copies = await resolvePlaces(setup.copy, request);
  if (!copies.ok) return copies;
  const copied = await collect(copies.value, copyPath);
  const [here, there] = await Promise.all([setupKey(workspace, setup), setupKey(checkout, setup)]);
  const mark = await markOf(workspace);
  const done = (await readFile(mark, "utf8").catch(() => "")) === here;
  if (done) return accepted({ linked: [], copied, run: null });
  const complete = links.value.every((place) => place.sourceExists);
  const cached = setup.run === undefined || (links.value.length > 0 && complete && here === there);
  const linked = cached ? await collect(links.value, linkPath) : [];
  const run =
    cached || setup.run === undefined
      ? null
      : await runCommand({
          ...request,
          command: setup.run,
          directory: workspace,
        });
  if (run !== null && !run.passed) return failed(setup.run ?? "", run);
  await writeFile(mark, here);
  return accepted({ linked, copied, run });
}

/** What set-up puts into a workspace: while untracked it is no one's work. */
export function setupPaths(setup: Setup | null): string[] {
  return setup === null
    ? []
    : [...setup.link, ...setup.copy].map((path) => path.replace(/\/+$/, ""));
}

/** Equal for two directories in which `run` would make the same. */
export async function setupKey(directory: string, setup: Setup): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([setup.run, setup.link]));
  for (const name of lockFiles) {
    const content = await readFile(join(directory, name)).catch(() => null);
    if (content !== null) hash.update(`\0${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** In the worktree's own part of the git directory, so that it goes when the worktree goes. */
function markOf(workspace: string): Promise<string> {
  const args = ["rev-parse", "--path-format=absolute", "--git-path", "podlane-setup"];
  return gitIn(workspace).text(args);
}

async function resolvePlaces(
  names: readonly string[],
  request: ApplySetup,
): Promise<Outcome<Place[]>> {
  const places: Place[] = [];
  for (const name of names) {
    const place = await resolvePlace(name, request.checkout, request.workspace);
    if (!place.ok) return place;
    places.push(place.value);
  }
  return accepted(places);
}

async function collect(
  places: readonly Place[],
  action: (place: Place) => Promise<boolean>,
): Promise<string[]> {
  const made: string[] = [];
  for (const place of places) if (await action(place)) made.push(place.name);
  return made;
}

function failed(command: string, run: CommandResult): Outcome<never> {
  const how =
    run.stopped ?? (run.exitCode === null ? `signal ${run.signal}` : `exit ${run.exitCode}`);
  return refused(
    "unavailable",
    `the set-up command \`${command}\` failed (${how}); its output is in ${run.outputPath} ` +
      `and ends with:\n${run.outputTail}`,
    { reason: "setup_failed", run },
  );
}
