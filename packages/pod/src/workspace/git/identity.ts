/**
 * Who the author of a commit is: the person's own configuration, and Podlane only for what is
 * missing there. Git's guess from the login and host name is not used: it leaks both.
 */
import type { Git } from "./git.ts";

const fallback = { name: "Podlane", email: "podlane@localhost.invalid" } as const;

/** Variables for `commit-tree`: only those that the person has configured nowhere. */
export async function identityVariables(
  git: Git,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Record<string, string>> {
  const listing = await git.run(
    ["config", "--includes", "-z", "--get-regexp", "^(user|author|committer)\\.(name|email)$"],
    { exitCodes: [0, 1] },
  );
  const configured = new Set(
    listing.output
      .toString()
      .split("\0")
      .filter((entry) => /\n./s.test(entry))
      .map((entry) => entry.slice(0, entry.indexOf("\n"))),
  );
  const variables: Record<string, string> = {};
  for (const role of ["author", "committer"] as const) {
    for (const part of ["name", "email"] as const) {
      const variable = `GIT_${role}_${part}`.toUpperCase();
      const known = configured.has(`user.${part}`) || configured.has(`${role}.${part}`);
      if (!known && !environment[variable]) variables[variable] = fallback[part];
    }
  }
  return variables;
}
