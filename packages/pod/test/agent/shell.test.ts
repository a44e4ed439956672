import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createAgent } from "../../src/agent/create-agent.ts";
import { hasLivingMember } from "../process/living-group.ts";
import { createPlace, recordHooks, turnOf, type AgentPlace } from "./hooks.ts";

function run(place: AgentPlace, command: string[], hooks = recordHooks()) {
  return createAgent({ driver: "shell", command }, place.context).runTurn(turnOf(), hooks);
}

describe("a shell agent", () => {
  it("finishes with its output as the summary", async () => {
    using place = createPlace();
    const hooks = recordHooks();
    const outcome = await run(place, ["/bin/sh", "-c", "echo $POD_NAME; pwd; echo bad >&2"], hooks);
    const summary = expect.stringContaining(`worker\n${place.context.worktree}`);
    expect(outcome).toEqual({ kind: "finished", summary });
    expect(hooks.printed.join("")).toContain("bad");
  });

  it("sees nothing of the environment but its own", async () => {
    using place = createPlace();
    const outcome = await run(place, ["/usr/bin/env"]);
    if (outcome.kind !== "finished") throw new Error(outcome.message);
    const names = outcome.summary.split("\n").map((line) => line.split("=")[0]);
    expect(new Set(names)).toEqual(new Set(["PATH", "POD_NAME"]));
  });

  it.each([
    ["exit 3", "interrupted", false],
    ["exit 126", "denied", true],
    ["no-such-command-here", "not_found", true],
    ["kill -9 $$", "interrupted", false],
  ])("%s is errored %s", async (line, code, fatal) => {
    using place = createPlace();
    const outcome = await run(place, ["/bin/sh", "-c", line]);
    expect(outcome).toMatchObject({ kind: "errored", code, fatal });
  });

  it("is fatal when the program is not there, or can not run", async () => {
    using place = createPlace();
    const missing = await run(place, ["no-such-program"]);
    expect(missing).toMatchObject({ kind: "errored", code: "not_found", fatal: true });
    const plain = join(place.context.worktree, "plain.txt");
    writeFileSync(plain, "text");
    chmodSync(plain, 0o644);
    const denied = await run(place, [plain]);
    expect(denied).toMatchObject({ kind: "errored", code: "denied", fatal: true });
  });

  it("keeps the end of a long output", async () => {
    using place = createPlace();
    const outcome = await run(place, ["/bin/sh", "-c", "seq 1 100000; echo the end"]);
    if (outcome.kind !== "finished") throw new Error(outcome.message);
    expect(outcome.summary.length).toBeLessThanOrEqual(16 * 1024);
    expect(outcome.summary).toMatch(/the end$/);
  });

  it("only notes a notification", async () => {
    using place = createPlace();
    const hooks = recordHooks();
    const agent = createAgent({ driver: "shell", command: ["false"] }, place.context);
    const outcome = await agent.runTurn(turnOf({ cause: "notification" }), hooks);
    expect(outcome).toEqual({ kind: "finished", summary: "noted: 0 notifications" });
    expect(hooks.steps).toEqual([]);
  });

  it("is ended with all it started when the turn is cancelled, also if it resists", async () => {
    using place = createPlace();
    const hooks = recordHooks();
    const line = "trap '' TERM; sleep 1000 & echo pid $$; wait; sleep 1000";
    const running = run(place, ["/bin/sh", "-c", line], hooks);
    await hooks.printedText("pid ");
    const pid = Number(/pid (\d+)/.exec(hooks.printed.join(""))?.[1]);
    expect(hasLivingMember(pid)).toBe(true);
    hooks.cancel();
    expect(await running).toMatchObject({ kind: "errored", code: "interrupted" });
    expect(hasLivingMember(pid)).toBe(false);
  });

  it("leaves nothing running behind", async () => {
    using place = createPlace();
    const outcome = await run(place, ["/bin/sh", "-c", "sleep 1000 & echo $$"]);
    if (outcome.kind !== "finished") throw new Error(outcome.message);
    expect(hasLivingMember(Number(outcome.summary))).toBe(false);
  });
});
