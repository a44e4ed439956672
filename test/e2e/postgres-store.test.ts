/** A log in PostgreSQL, as a person uses it: `pod serve --store`. */
import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { PodsJson } from "../../packages/cli/src/json/pod-json.ts";
import { freshWorkspace, postgresUrl } from "../postgres/shared-cluster.ts";
import { verifies } from "../requirements.ts";
import { processesNaming } from "../process/trial/processes.ts";
import { ScratchWorkspace } from "./scratch-workspace.ts";

const password = "hunter2-of-nobody";

async function storeUrl(context: Parameters<typeof postgresUrl>[0]): Promise<string> {
  const url = new URL(await postgresUrl(context));
  url.password = password;
  url.searchParams.set("workspace", freshWorkspace());
  return url.href;
}

/** In the foreground, until it is disposed of. */
async function serve(workspace: ScratchWorkspace, store: string): Promise<AsyncDisposable> {
  const server = workspace.start(["serve", "--store", store]);
  await server.printed(/serving/);
  return {
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await server.ended;
    },
  };
}

interface Status {
  readonly store: string;
  readonly head: number;
}

test("a log in PostgreSQL is found again, and its password is shown nowhere", async (context) => {
  await using workspace = new ScratchWorkspace();
  const store = await storeUrl(context);
  const server = await serve(workspace, store);
  const before = await workspace.json<Status>("serve", "--status");
  expect(before.store).toContain("postgres:***@127.0.0.1");
  expect(processesNaming(password)).toEqual([]);

  const spawned = await workspace.pod(["spawn", "one", "--wait", "--", "sh", "-c", "true"]);
  expect(spawned).toMatchObject({ code: 0 });
  await server[Symbol.asyncDispose]();

  // Started by itself now, by a command that knows nothing of a store.
  expect((await workspace.pod(["events"])).stdout).toContain("pod.spawned");
  const pods = PodsJson.parse(await workspace.json("ps"));
  expect(pods.pods).toMatchObject([{ name: "one", state: "idle" }]);
  expect(processesNaming(password)).toEqual([]);
  const where = await workspace.json<{ paths: Record<string, string> }>("where");
  expect(readFileSync(where.paths["server_log"] ?? "", "utf8")).not.toContain(password);
  expect(statSync(where.paths["store_file"] ?? "").mode & 0o777).toBe(0o600);

  const verified = await workspace.pod(["log", "verify"]);
  expect(verified).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("every record whole"),
  });

  const elsewhere = await workspace.pod(["serve", "--store", "sqlite"]);
  expect(elsewhere).toMatchObject({ code: 4, stderr: expect.stringContaining("--stop") });
  await workspace.pod(["stop", "--all"]);
  await workspace.pod(["serve", "--stop"]);
  const late = await workspace.pod(["serve", "--store", "sqlite"]);
  expect(late).toMatchObject({ code: 4, stderr: expect.stringContaining("has had pods") });
  const wrong = await workspace.pod(["serve", "--store", `mysql://me:${password}@h/db`]);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.not.stringContaining(password) });
});

test(
  verifies("R12") + "two checkouts with a coordinator each share one log, and each runs its own",
  async (context) => {
    await using north = new ScratchWorkspace();
    await using south = new ScratchWorkspace();
    const store = await storeUrl(context);
    await using _north = await serve(north, store);
    await using _south = await serve(south, store);
    const command = ["--wait", "--", "sh", "-c", "pwd"];
    const spawned = await Promise.all([
      north.pod(["spawn", "n", ...command]),
      south.pod(["spawn", "s", ...command]),
    ]);
    expect(spawned).toMatchObject([{ code: 0 }, { code: 0 }]);
    for (const workspace of [north, south]) {
      const { pods } = PodsJson.parse(await workspace.json("ps", "-a"));
      expect(pods.map(({ name }) => name).toSorted()).toEqual(["n", "s"]);
      const ours = workspace === north ? "n" : "s";
      const theirs = pods.find(({ name }) => name !== ours);
      expect(pods.find(({ name }) => name === ours)?.worktree).toContain(workspace.beside(""));
      expect(theirs?.worktree).not.toContain(workspace.beside(""));
    }
    const stopped = await north.pod(["stop", "--all"]);
    expect(stopped).toMatchObject({ code: 0 });
    expect(PodsJson.parse(await south.json("ps")).pods).toEqual([]);
  },
);
