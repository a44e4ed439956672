/**
 * Kills a writer at random moments, again and again on one log, and holds it to its word: what it
 * acknowledged is there, what it did not is there whole or not at all, and a repeat of either gets
 * one answer; and the fold of the log is the fold of its snapshot and what came after.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import type { Outcome } from "@podlane/protocol";
import { SnapshotFile, SqliteLog } from "@podlane/coordinator";
import type { LogEvent } from "../../packages/coordinator/src/core/event.ts";
import { checkInvariants } from "../../packages/coordinator/src/core/invariants.ts";
import type { WorkspaceState } from "../../packages/coordinator/src/core/state.ts";
import { workspaceRules } from "../../packages/coordinator/src/core/workspace-rules.ts";
import { verifyChain } from "../../packages/coordinator/src/log/hash-chain.ts";
import { readEvents } from "../../packages/coordinator/src/log/read-events.ts";
import { Fold } from "../../packages/coordinator/src/shell/fold.ts";

/** In memory if there is such a place: a kill loses nothing of it, and it need not be flushed. */
export function makeFastFolder(prefix: string): string {
  return mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), prefix));
}

/** The writer as one file: it starts in a tenth of the time, and is started a lot. */
export async function buildWriter(folder: string): Promise<string> {
  const program = join(folder, "writer.mjs");
  await using build = await rolldown({
    input: fileURLToPath(new URL("writer.ts", import.meta.url)),
    platform: "node",
    resolve: { conditionNames: ["podlane-source", "node", "default"] },
  });
  await build.write({ file: program, format: "esm", codeSplitting: false });
  return program;
}

interface Answer {
  readonly n: number;
  readonly outcome: Outcome<unknown>;
}

/** A generator of whole numbers below a bound, the same for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export class CrashLoop {
  readonly #program: string;
  readonly #dir: string;
  readonly #random: (below: number) => number;
  /** What each command was answered first, by its number. */
  readonly #acknowledged = new Map<number, Outcome<unknown>>();
  /** Sent, and not known to be answered. */
  readonly #open = new Set<number>();
  #n = 0;

  /** `program` is a built writer, `dir` the folder of its log. */
  constructor(program: string, dir: string, seed: number) {
    this.#program = program;
    this.#dir = dir;
    this.#random = randomOf(seed);
  }

  /** One life of a writer: it repeats what the last one left open, and works until it is killed. */
  live(): Promise<number | null> {
    const [program, ...args] = [process.execPath, this.#program, this.#dir];
    return this.liveAs([program, ...args], this.#random(200));
  }

  /** The same by a command line of one's own; resolves with the code it ended with, if it did. */
  async liveAs(command: readonly string[], answersBeforeKill: number): Promise<number | null> {
    const writer = new Writer(command);
    await writer.ready;
    const repeats = [...this.#open].concat(this.#someAcknowledged());
    for (const n of repeats) writer.send(n);
    const burst = 1 + this.#random(60);
    let answered = 0;
    for await (const answer of writer.answers()) {
      this.#note(answer);
      answered += 1;
      if (answered >= answersBeforeKill) writer.kill();
      else if (answered % burst === 0 || answered === 1) {
        for (let count = 0; count < burst; count += 1) writer.send(this.#next());
      }
    }
    return writer.exited;
  }

  /** Looks at the log with nobody writing. */
  async check(): Promise<void> {
    const log = SqliteLog.open(`${this.#dir}/log.db`, { workspaceId: "crash" });
    try {
      const report = await verifyChain(log);
      assert.ok(report.ok, report.ok ? "" : report.reason);
      const whole = new Fold(workspaceRules);
      await whole.catchUp(log, () => {});
      assert.deepEqual(checkInvariants(whole.state), []);
      await this.#checkSnapshot(log, whole);
      const events = await readEvents(log, { fromSeq: 1, limit: report.head.seq });
      this.#checkAnswers(events, (event) => whole.answerOf(event));
    } finally {
      await log.close();
    }
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  async #checkSnapshot(log: SqliteLog, whole: Fold<WorkspaceState>): Promise<void> {
    const path = `${this.#dir}/log.snapshot`;
    const file = new SnapshotFile({ path, foldVersion: "crash", onNote: () => {} });
    const fold = new Fold(workspaceRules, await file.load(log));
    await fold.catchUp(log, () => {});
    assert.deepEqual(fold.state, whole.state);
    assert.deepEqual(fold.snapshot(), whole.snapshot());
  }

  #checkAnswers(events: readonly LogEvent[], answerOf: (event: LogEvent) => unknown): void {
    const answers = new Map<number, unknown>();
    for (const event of events) {
      const { commandId, answer } = event;
      if (commandId === undefined) continue;
      assert.ok(!answers.has(commandId.n), `command ${commandId.n} is on the log twice`);
      if (answer !== undefined) answers.set(commandId.n, answerOf(event));
    }
    for (const [n, outcome] of this.#acknowledged) {
      if (outcome.ok) assert.deepEqual(answers.get(n), outcome.value, `command ${n}`);
    }
    // Every one that is there has its last event, which carries the answer: it is there whole.
    const begun = new Set(events.flatMap(({ commandId }) => commandId?.n ?? []));
    for (const n of begun) assert.ok(answers.has(n), `command ${n} is there in part`);
  }

  #note({ n, outcome }: Answer): void {
    this.#open.delete(n);
    const first = this.#acknowledged.get(n);
    if (first?.ok === true) assert.deepEqual(outcome, first, `the repeat of command ${n}`);
    else this.#acknowledged.set(n, outcome);
  }

  /** Two that were answered long ago, to be asked again. */
  #someAcknowledged(): number[] {
    const [...known] = this.#acknowledged.keys();
    const recent = known.slice(-200);
    if (recent.length === 0) return [this.#next()];
    return [0, 1].map(() => recent[this.#random(recent.length)] ?? 0);
  }

  #next(): number {
    this.#n += 1;
    this.#open.add(this.#n);
    return this.#n;
  }
}

/** Command `n`: always the same text, so that its repeat is a repeat. Each has several events. */
function commandOf(n: number): object {
  const units = Array.from({ length: 1 + (n % 3) }, (_, index) => `file:${n}/${index}`);
  const params = { units, mode: "exclusive", ttlMs: 60_000, wait: "none", priority: 5, reason: "" };
  const actor = { role: "client", id: "killer" };
  return { method: "claim.acquire", params, actor, commandId: { client: "killer", n } };
}

/** A writer that stops says so to whoever waits, which leaves open what became of the command. */
function isAnswer({ outcome }: Answer): boolean {
  return outcome.ok || outcome.error.code !== "unavailable";
}

class Writer {
  readonly ready: Promise<void>;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #said = "";

  constructor([program = "", ...args]: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.exited = new Promise((resolve) => {
      this.#child.once("close", resolve);
    });
    // Killed while we write to it.
    this.#child.stdin?.on("error", () => {});
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.#said += chunk.toString()));
    const input = this.#child.stdout ?? process.stdin;
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
    this.ready = this.#lines.next().then(({ done }) => {
      if (done === true) throw new Error(`the writer did not come up: ${this.#said}`);
    });
  }

  send(n: number): void {
    this.#child.stdin?.write(`${JSON.stringify(commandOf(n))}\n`);
  }

  /** Until it has gone; a last line that was cut is no answer. */
  async *answers(): AsyncGenerator<Answer> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- a stream
      const { done, value } = await this.#lines.next();
      if (done === true) return;
      const answer = value.endsWith("}") ? (JSON.parse(value) as Answer) : null;
      if (answer !== null && isAnswer(answer)) yield answer;
    }
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
