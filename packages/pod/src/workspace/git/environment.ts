/**
 * The environment and configuration that every git call of the host runs with.
 *
 * A repository is data that an agent may have written: nothing it configures may run a program on
 * the host. What a person configured for themselves (identity, ignored files, filters) stays.
 */
import { refLockWaitMs } from "../limits.ts";

/**
 * Variables of git that say who the person is or where their own configuration lies. Every other
 * `GIT_*` is dropped: `GIT_DIR` or `GIT_INDEX_FILE` of a hook that started us would redirect each
 * call, and `GIT_CONFIG_COUNT` would undo the settings below.
 */
const personal = new Set([
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_AUTHOR_NAME",
  "GIT_AUTHOR_EMAIL",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
]);

export type Settings = readonly (readonly [key: string, value: string])[];

/** Settings that hold for each call, above every configuration file. */
const hostSettings: Settings = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["protocol.ext.allow", "never"],
  // Background work would outlive the call and hold locks while pods start.
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  // Nothing may ask, sign or page.
  ["commit.gpgSign", "false"],
  ["tag.gpgSign", "false"],
  ["log.showSignature", "false"],
  ["merge.verifySignatures", "false"],
  // A stash would move work that is not ours.
  ["merge.autoStash", "false"],
  ["rerere.enabled", "false"],
  ["branch.autoSetupMerge", "false"],
  ["submodule.recurse", "false"],
  // Line-ending warnings must not turn a commit into a fault.
  ["core.safecrlf", "false"],
  // A temporary index must not leave shared parts behind in the git directory.
  ["core.splitIndex", "false"],
  ["core.filesRefLockTimeout", String(refLockWaitMs)],
  ["core.packedRefsTimeout", String(refLockWaitMs)],
];

/** The parent's environment without git's variables, and with what makes git quiet and literal. */
export function gitEnvironment(
  parent: NodeJS.ProcessEnv,
  settings: Settings = [],
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = withoutGitVariables(parent, personal);
  Object.assign(environment, {
    LC_ALL: "C",
    LANGUAGE: "",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_EDITOR: "false",
    GIT_PAGER: "cat",
  });
  return { ...environment, ...settingsAsVariables([...hostSettings, ...settings]) };
}

/** The environment without git's variables but those in `kept`: nothing redirects a child. */
export function withoutGitVariables(
  environment: NodeJS.ProcessEnv,
  kept: ReadonlySet<string> = personal,
): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([key]) => !key.startsWith("GIT_") || kept.has(key)),
  );
}

/**
 * What the git of a pod's own agent needs: no background gc or maintenance, which would prune and
 * repack the shared object store while other pods write to it.
 */
export function podGitEnvironment(): Record<string, string> {
  return settingsAsVariables([
    ["gc.auto", "0"],
    ["maintenance.auto", "false"],
  ]);
}

/** Settings as variables and not as `-c`: a subsection may hold `=`, and argv stays readable. */
function settingsAsVariables(settings: Settings): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}
