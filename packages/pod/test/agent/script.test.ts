import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NotificationItem, ToolResult } from "@podlane/protocol";
import { describe, expect, it, test } from "vitest";
import { createAgent } from "../../src/agent/create-agent.ts";
import { isAlive, readTable } from "../../src/process/table.ts";
import { hasLivingMember } from "../process/living-group.ts";
import { createPlace, recordHooks, toolDone, turnOf, type AgentPlace } from "./hooks.ts";
import { verifies } from "../../../../test/requirements.ts";

function scriptAgent(place: AgentPlace, source: string) {
  return createAgent({ driver: "script", path: "s.yaml", source }, place.context);
}

const outOfScope: ToolResult = {
  ok: false,
  code: "out_of_scope",
  text: "not yours",
  artifacts: [],
};

const message: NotificationItem = {
  type: "notification",
  seq: 1,
  at: 0,
  turn: 1,
  body: "hi",
  cause: "message",
  message: { text: "hi", sender: { role: "operator", name: "me" } },
  shownInTurn: 1,
};

describe("a script agent", () => {
  it(
    verifies("R114", "R118") +
      "runs its steps through the hooks, in order and with templates filled",
    async () => {
      using place = createPlace();
      const agent = scriptAgent(
        place,
        `on_run:
  - write_file: { path: "{{name}}.md", content: "{{task}} {{other}}" }
  - wait_for: { turn_ended: "{{name}}" }
  - commit: "{{task}}: done"
  - sleep_ms: 1
  - say: "{{task}} is done"
`,
      );
      const hooks = recordHooks();
      const outcome = await agent.runTurn(turnOf(), hooks);
      await agent.stop();
      expect(outcome).toEqual({ kind: "finished", summary: "tidy is done" });
      const params = { path: "worker.md", content: "tidy {{other}}" };
      expect(hooks.calls).toEqual([{ tool: "write_file", params }]);
      expect(hooks.waits).toEqual([{ turnEnded: "worker" }]);
      expect(hooks.commits).toEqual(["tidy: done"]);
      expect(hooks.said).toEqual(["tidy is done"]);
      expect(hooks.steps).toEqual([0, 1, 2, 3, 4]);
    },
  );

  it("runs its other list for a notification, with its kind", async () => {
    using place = createPlace();
    const agent = scriptAgent(place, 'on_notification:\n  - say: "{{notification.kind}}"\n');
    const turn = turnOf({ cause: "notification", notifications: [message] });
    const outcome = await agent.runTurn(turn, recordHooks());
    expect(outcome).toEqual({ kind: "finished", summary: "message" });
    const user = await agent.runTurn(turnOf(), recordHooks());
    expect(user).toEqual({ kind: "finished", summary: "" });
    await agent.stop();
  });

  it("takes an interrupted turn up again at its first step without outcome", async () => {
    using place = createPlace();
    const agent = scriptAgent(place, "on_run:\n  - say: one\n  - say: two\n  - say: three\n");
    const hooks = recordHooks();
    await agent.runTurn(turnOf({ firstStep: 2 }), hooks);
    await agent.stop();
    expect(hooks.said).toEqual(["three"]);
    expect(hooks.steps).toEqual([2]);
  });
});

describe("a step that does not go as written ends the turn", () => {
  const write = "on_run:\n  - say: first\n  - write_file: { path: x, content: y }\n";

  it.each([
    ["a refusal", write, outOfScope, "out_of_scope"],
    ["a wrong code", `${write}    expect: refused\n    code: denied\n`, outOfScope, "conflict"],
    ["no refusal where one is expected", `${write}    expect: refused\n`, toolDone(), "conflict"],
  ])("%s", async (_name, source, result, code) => {
    using place = createPlace();
    const agent = scriptAgent(place, `${source}  - say: never\n`);
    const hooks = recordHooks({ tool: () => result });
    const outcome = await agent.runTurn(turnOf(), hooks);
    await agent.stop();
    expect(outcome).toMatchObject({ kind: "errored", code, fatal: false });
    expect(outcome).toHaveProperty("message", expect.stringMatching(/^line 3, write_file: /));
    expect(hooks.said).toEqual(["first"]);
  });

  it.each(["", "    code: out_of_scope\n"])("but an expected refusal does not %j", async (code) => {
    using place = createPlace();
    const agent = scriptAgent(place, `${write}    expect: refused\n${code}`);
    const outcome = await agent.runTurn(turnOf(), recordHooks({ tool: () => outOfScope }));
    await agent.stop();
    expect(outcome).toEqual({ kind: "finished", summary: "first" });
  });

  it("fail ends it with the script's words", async () => {
    using place = createPlace();
    const agent = scriptAgent(place, "on_run:\n  - fail: no luck\n");
    const outcome = await agent.runTurn(turnOf(), recordHooks());
    await agent.stop();
    expect(outcome).toEqual({
      kind: "errored",
      code: "interrupted",
      message: "line 2, fail: no luck",
      fatal: false,
    });
  });

  it("a script that can not be read is fatal", async () => {
    using place = createPlace();
    const outcome = await scriptAgent(place, "on_run: 1\n").runTurn(turnOf(), recordHooks());
    expect(outcome).toMatchObject({ kind: "errored", code: "invalid_request", fatal: true });
  });
});

test("a hook that throws is told as a fault, and ends the turn without its words", async () => {
  using place = createPlace();
  const agent = scriptAgent(place, "on_run:\n  - say: hello\n");
  const hooks = recordHooks();
  const say = () => {
    throw new Error("the disk is full");
  };
  const outcome = await agent.runTurn(turnOf(), { ...hooks, say });
  await agent.stop();
  expect(outcome).toMatchObject({ kind: "errored", code: "internal" });
  expect(JSON.stringify(outcome)).not.toContain("disk");
  expect(place.faults).toMatchObject([{ method: "say", error: { message: "the disk is full" } }]);
});

describe("the script's process", () => {
  it("dies at crash; the next turn starts it again", async () => {
    using place = createPlace();
    const agent = scriptAgent(place, "on_run:\n  - crash\non_notification:\n  - say: back\n");
    const crashed = await agent.runTurn(turnOf(), recordHooks());
    expect(crashed).toMatchObject({ kind: "errored", code: "unavailable", fatal: true });
    expect(crashed).toHaveProperty("message", expect.stringContaining("SIGKILL"));
    const next = await agent.runTurn(turnOf({ cause: "notification" }), recordHooks());
    await agent.stop();
    expect(next).toEqual({ kind: "finished", summary: "back" });
  });

  it("gives its last words when it can not start", async () => {
    using place = createPlace();
    const entry = join(place.context.worktree, "broken.mjs");
    writeFileSync(entry, 'console.error("no disk"); process.exit(3);\n');
    const context = { ...place.context, scriptEntry: entry };
    const spec = { driver: "script", path: "s", source: "on_run:\n  - say: x\n" } as const;
    const outcome = await createAgent(spec, context).runTurn(turnOf(), recordHooks());
    expect(outcome).toMatchObject({ kind: "errored", fatal: true });
    expect(outcome).toHaveProperty("message", expect.stringMatching(/exit 3\): no disk/));
  });

  it("ends at once when the turn is cancelled in its sleep", async () => {
    using place = createPlace();
    const agent = scriptAgent(place, "on_run:\n  - say: going\n  - sleep_ms: 3600000\n");
    const hooks = recordHooks({
      async step(index) {
        if (index === 1) setImmediate(() => hooks.cancel());
        return { proceed: "go", notifications: [] };
      },
    });
    const outcome = await agent.runTurn(turnOf(), hooks);
    expect(outcome).toMatchObject({ kind: "errored", code: "interrupted", fatal: false });
  });

  it("stops at a step when the runtime says so", async () => {
    using place = createPlace();
    const agent = scriptAgent(place, "on_run:\n  - say: never\n");
    const hooks = recordHooks({ step: async () => ({ proceed: "cancel", notifications: [] }) });
    const outcome = await agent.runTurn(turnOf(), hooks);
    await agent.stop();
    expect(outcome).toMatchObject({ kind: "errored", code: "interrupted", fatal: false });
    expect(hooks.said).toEqual([]);
  });

  it("is gone, with its group, when the agent has stopped", async () => {
    using place = createPlace();
    const entry = join(place.context.worktree, "entry.mjs");
    writeFileSync(entry, `console.log("pid " + process.pid);\nawait import(${quote(place)});\n`);
    const context = { ...place.context, scriptEntry: entry };
    const spec = { driver: "script", path: "s", source: "on_run:\n  - say: x\n" } as const;
    const agent = createAgent(spec, context);
    const hooks = recordHooks();
    await agent.runTurn(turnOf(), hooks);
    const pid = Number(/pid (\d+)/.exec(hooks.printed.join(""))?.[1]);
    expect(hasLivingMember(pid)).toBe(true);
    await agent.stop();
    await agent.stop();
    expect(hasLivingMember(pid)).toBe(false);
  });
});

describe.runIf(process.platform === "linux")("when the runtime is killed", () => {
  it("the script's process leaves by itself", async () => {
    const fixture = fileURLToPath(new URL("../fixtures/script-runtime.ts", import.meta.url));
    using place = createPlace();
    const runtime = spawn(process.execPath, ["--conditions=podlane-source", fixture], {
      env: { ...place.context.environment, TMPDIR: place.context.worktree },
    });
    await once(runtime.stdout, "data");
    const script = readTable()?.find((row) => row.parent === runtime.pid);
    if (script === undefined) throw new Error("the script's process is not there");
    runtime.kill("SIGKILL");
    await expect.poll(() => isAlive(script)).toBe(false);
  });
});

function quote(place: AgentPlace): string {
  return JSON.stringify(place.context.scriptEntry);
}
