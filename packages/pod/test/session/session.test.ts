import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { NewHistoryItem, PodEvent } from "@podlane/protocol";
import { openSession } from "../../src/session/session.ts";
import { bodies, controlKinds, visibleKinds } from "../core/events.ts";
import { child, root } from "../core/scenario.ts";
import { open, temporaryPath } from "./temporary.ts";

const at = 5;

function eventOf(kind: keyof typeof bodies, seq: number, podId = child): PodEvent {
  const common = { podId, podName: "child" as never, generation: 1, seq, at };
  return { ...bodies[kind], ...common };
}

function assistant(text: string): NewHistoryItem {
  return { type: "assistant", turn: 1, text };
}

function edit(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

describe("every write survives a reopening", () => {
  it("inbox: each event once, by sender and seq", () => {
    const path = temporaryPath();
    const session = open(path);
    expect(session.acceptEvent(eventOf("turn_ended", 1), { body: "b", kicks: true }, at)).toBe(
      "new",
    );
    session.close();
    const again = open(path);
    expect(again.inbox.has(child, 1)).toBe(true);
    expect(again.acceptEvent(eventOf("errored", 1), null, at)).toBe("duplicate");
    expect(again.inbox.waiting()).toMatchObject([
      { entry: { body: "b", kicks: true, acceptedAtMs: at } },
    ]);
    again.inbox.consume(child, 1);
    again.close();
    expect(open(path).inbox.waiting()).toEqual([]);
  });

  it("inbox: every kind, and the highest seq of each sender", () => {
    const path = temporaryPath();
    const session = open(path);
    const kinds = [...visibleKinds, ...controlKinds];
    for (const [index, kind] of kinds.entries()) {
      session.acceptEvent(eventOf(kind, index + 1), null, at);
    }
    session.acceptEvent(eventOf("errored", 3, root), null, at);
    session.close();
    const again = open(path);
    expect(again.inbox.marks()).toEqual({ [child]: kinds.length, [root]: 3 });
    expect(again.inbox.read(1, 100).map(({ event }) => event.kind)).toEqual([...kinds, "errored"]);
  });

  it("outbox: in order, without a gap, across generations", () => {
    const path = temporaryPath();
    const session = open(path, 1);
    session.outbox.append(eventOf("errored", 1, root));
    session.outbox.append(eventOf("turn_ended", 2, root));
    session.outbox.ack(1);
    session.close();
    const again = open(path, 2);
    expect(() => again.outbox.append(eventOf("errored", 1, root))).toThrow(/next is 3/);
    expect(again.outbox.append(eventOf("shut_down", 3, root))).toBe(3);
    expect(again.outbox.pending().map(({ seq }) => seq)).toEqual([2, 3]);
    expect(again.outbox.marks()).toEqual({ lastSeq: 3, ackedSeq: 1 });
  });

  it("history: pages, and notifications alone", () => {
    const path = temporaryPath();
    const session = open(path);
    for (const text of ["a", "b", "c"]) session.appendHistory(assistant(text), at);
    const sender = { role: "operator", name: "me" } as const;
    const shown = { turn: 1, body: "b", shownInTurn: 1, message: { text: "x", sender } } as const;
    session.appendHistory({ type: "notification", cause: "message", ...shown }, at);
    session.close();
    const again = open(path);
    const first = again.readHistory({ fromSeq: 0, limit: 2 });
    expect(first).toMatchObject({ items: [{ seq: 1, text: "a" }, { seq: 2 }], nextSeq: 3 });
    expect(again.readHistory({ fromSeq: 3, limit: 2 }).nextSeq).toBeNull();
    const notified = again.readHistory({ fromSeq: 0, limit: 9, notificationsOnly: true });
    expect(notified.items.map(({ seq }) => seq)).toEqual([4]);
  });

  it("tool calls: the intent first, the first outcome stands", () => {
    const path = temporaryPath();
    const session = open(path);
    const intent = {
      callId: "c1",
      turn: 1,
      tool: "write_file",
      params: { path: "a" },
      ids: { k: "v" },
    };
    session.intent(intent, at);
    session.close();
    const again = open(path);
    expect(again.toolCalls.open(1)).toEqual([{ ...intent, startedAtMs: at, outcome: null }]);
    const outcome = { ok: true, code: null, text: "written", artifacts: [] };
    expect(again.outcome("c1", outcome, at)).toBe(true);
    expect(again.outcome("c1", { ...outcome, ok: false }, at)).toBe(false);
    expect(again.toolCalls.find("c1")?.outcome).toEqual(outcome);
    expect(again.toolCalls.open(1)).toEqual([]);
  });

  it("commands: the first answer, and a bounded number of them", () => {
    const path = temporaryPath();
    const session = open(path);
    session.transaction(() => {
      for (let n = 1; n <= 4_100; n++) session.commands.save({ client: "c", n }, { n });
    });
    session.commands.save({ client: "c", n: 4_100 }, { n: "again" });
    session.close();
    const again = open(path);
    expect(again.commands.find({ client: "c", n: 4_100 })).toEqual({ value: { n: 4_100 } });
    expect(again.commands.find({ client: "c", n: 4 })).toBeNull();
    expect(again.commands.find({ client: "c", n: 5 })).toEqual({ value: { n: 5 } });
  });
});

describe("a transaction", () => {
  it("is all or nothing", () => {
    const session = open(temporaryPath());
    expect(() =>
      session.transaction(() => {
        session.appendHistory(assistant("a"), at);
        session.outbox.append(eventOf("errored", 1, root));
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(session.readHistory({ fromSeq: 0, limit: 9 }).items).toEqual([]);
    expect(session.outbox.lastSeq()).toBe(0);
    expect(session.outbox.append(eventOf("errored", 1, root))).toBe(1);
    expect(session.appendHistory(assistant("b"), at)).toMatchObject({ seq: 1, at, text: "b" });
  });
});

describe("a file of version 1", () => {
  it("is brought to the newest with what waits in it", () => {
    const path = temporaryPath();
    const session = open(path);
    session.acceptEvent(eventOf("turn_ended", 1), { body: "b", kicks: true }, at);
    session.close();
    edit(
      path,
      `alter table inbox drop column history_seq;
       alter table messages drop column history_seq;
       update meta set value = '1' where key = 'schema_version'`,
    );
    const again = open(path);
    expect(again.inbox.waiting()).toMatchObject([{ entry: { body: "b", inHistory: false } }]);
    again.inbox.noteWritten(child, 1, 7);
    again.close();
    const third = open(path);
    expect(third.inbox.waiting()).toMatchObject([{ entry: { body: "b", inHistory: true } }]);
    expect(third.inbox.writtenAt(child, 1)).toBe(7);
  });
});

describe("a file that is not right", () => {
  it("of a newer version is refused, with what to do", () => {
    const path = temporaryPath();
    open(path).close();
    edit(path, "update meta set value = '99' where key = 'schema_version'");
    expect(() => open(path)).toThrow(/version 99.*upgrade/);
  });

  it("of another pod is refused", () => {
    const path = temporaryPath();
    open(path).close();
    expect(() => openSession(path, { podId: child })).toThrow(/belongs to pod proot00001/);
  });

  it("that a newer incarnation opened is refused to an older one", () => {
    const path = temporaryPath();
    open(path, 2).close();
    expect(() => open(path, 1)).toThrow(/at generation 2/);
    expect(() => openSession(path, { podId: root }).close()).not.toThrow();
  });

  it.each([
    ["history", "update history set item = '{}'", /history row 1/],
    ["outbox", "update outbox set event = 'no json'", /outbox row 1/],
    ["inbox", 'update inbox set event = \'{"kind":"errored"}\'', /inbox row 1/],
    ["lane", "update inbox set event = replace(event, 'turn_ended', 'novel')", /inbox row 1/],
    ["kv", "insert into kv values ('joins', '7')", /value joins/],
    ["turns", "insert into turns values (1, 'user', 'running', '{}', 0)", /turn 1/],
    ["children", "insert into children values ('x', '[]')", /child x/],
  ])("with a corrupt row in %s says which", (_table, sql, message) => {
    const path = temporaryPath();
    const session = open(path);
    session.appendHistory(assistant("a"), at);
    session.outbox.append(eventOf("errored", 1, root));
    session.acceptEvent(eventOf("turn_ended", 1), { body: "b", kicks: true }, at);
    session.close();
    edit(path, sql);
    const again = open(path);
    expect(() => {
      again.readHistory({ fromSeq: 0, limit: 9 });
      again.outbox.pending();
      again.loadCoreState();
    }).toThrow(message);
  });
});
