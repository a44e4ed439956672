import { describe, expect, it } from "vitest";
import { parseScript } from "../../src/agent/script/parse-script.ts";

const good = `on_run:
  - spawn_pod: { name: worker, agent: "script:worker.yaml", scope: [src/a], wait: false }
  - write_file: { path: notes/plan.md, content: "…" }
    expect: refused
    code: out_of_scope
  - sleep_ms: 5
  - wait_for: { turn_ended: worker }
  - wait_for: { notification: shut_down }
  - commit: "notes: the plan"
  - list_pods:
  - say: done
  - fail: on purpose
  - crash
on_notification:
  - say: "a child reported"
`;

describe("a good script", () => {
  it("becomes its steps, each with its line", () => {
    const script = parseScript(good, "plan.yaml");
    if (!script.ok) throw new Error(script.error.message);
    expect(script.value.onRun.map((step) => [step.line, step.kind])).toEqual([
      [2, "tool"],
      [3, "tool"],
      [6, "sleep"],
      [7, "wait_for"],
      [8, "wait_for"],
      [9, "commit"],
      [10, "tool"],
      [11, "say"],
      [12, "fail"],
      [13, "crash"],
    ]);
    expect(script.value.onRun[1]).toMatchObject({
      tool: "write_file",
      params: { path: "notes/plan.md" },
      expect: { code: "out_of_scope" },
    });
    expect(script.value.onRun[3]).toMatchObject({ condition: { turnEnded: "worker" } });
    expect(script.value.onNotification).toHaveLength(1);
  });

  it("may leave a list out", () => {
    const script = parseScript("on_run:\n  - say: hi\n", "x");
    expect(script).toMatchObject({ ok: true, value: { onNotification: [] } });
  });
});

describe("a bad script names the line", () => {
  it.each([
    ["", "x.yaml:1: a script is a map"],
    ["- say: hi\n", "x.yaml:1: a script is a map"],
    ["on_run:\n  - say: hi\non_stop: []\n", "x.yaml:3: unknown key on_stop"],
    ["on_run: hello\n", "x.yaml:1: a list of steps is expected"],
    ["on_run:\n  - write_fil: {}\n", "x.yaml:2: unknown step write_fil"],
    ["on_run:\n  - say: hi\n  - hello\n", "x.yaml:3: a step is a map"],
    ["on_run:\n  - say: hi\n    commit: now\n", "x.yaml:3: say and commit: a step does one thing"],
    ["on_run:\n  - expect: refused\n", "x.yaml:2: the step names no tool"],
    ["on_run:\n  - write_file: path\n", "x.yaml:2: write_file takes a map"],
    ["on_run:\n  - read_file: {}\n    expect: done\n", "x.yaml:3: expect can be: refused"],
    ["on_run:\n  - read_file: {}\n    code: denied\n", "x.yaml:3: code needs expect"],
    ["on_run:\n  - read_file: {}\n    expect: refused\n    code: no\n", "x.yaml:4: unknown code"],
    ["on_run:\n  - say: hi\n    expect: refused\n", "x.yaml:2: say is never refused"],
    ["on_run:\n  - sleep_ms: soon\n", "x.yaml:2: sleep_ms takes whole milliseconds"],
    ["on_run:\n  - wait_for: worker\n", "x.yaml:2: wait_for takes"],
    ["on_run:\n  - wait_for: { child: a }\n", "x.yaml:2: wait_for child"],
    ["on_run:\n  - say: [a]\n", "x.yaml:2: say takes a text"],
    ["on_run:\n  - say: hi\non_run: []\n", "x.yaml:3: "],
    ["on_run:\n  - say: {\n", "x.yaml:3: "],
    ["on_run:\n\t- say: hi\n", "x.yaml:2: "],
    ["on_run:\n  - constructor: {}\n", "x.yaml:2: unknown step constructor"],
  ])("%j", (source, start) => {
    const script = parseScript(source, "x.yaml");
    const message = expect.stringMatching(new RegExp(`^${escape(start)}`));
    expect(script).toMatchObject({ ok: false, error: { code: "invalid_request", message } });
  });

  it("refuses aliases that grow without bound", () => {
    const lines = ["on_run:", "  - say: hi", "    expect: &a [x, x, x, x, x, x, x, x, x, x]"];
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const [index, from] of names.slice(0, -1).entries()) {
      lines.push(`  - read_file: &${names[index + 1]} [${Array(10).fill(`*${from}`).join(", ")}]`);
    }
    expect(parseScript(lines.join("\n"), "x.yaml").ok).toBe(false);
  });
});

function escape(text: string): string {
  return text.replace(/[.[\](){}*+?^$|\\]/g, "\\$&");
}
