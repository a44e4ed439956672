/** Mistakes of the replica, its time and what it keeps. */
import type { FaultKind } from "../world/faults.ts";
import type { Mutation } from "./mutation.ts";

const serverDeaths: readonly FaultKind[] = [
  "crashBeforeAppend",
  "crashAfterAppend",
  "tornAppend",
  "failedAppend",
  "crashedServer",
];

export const logMutations: readonly Mutation[] = [
  {
    name: "no draft in a batch: each command is decided on the state before all of them",
    file: "shell/draft.ts",
    edits: [
      ["#chars = 0;", "#chars = 0; #before;"],
      ["this.#fold = fold;", "this.#fold = fold; this.#before = structuredClone(fold.state);"],
      ["rules.decide(state, command,", "rules.decide(this.#before, command,"],
    ],
    fromSeed: 25,
    breaks: ["L1", "L2", "L3", "L4", "server"],
  },
  {
    name: "lagging refusals: an answer that appends nothing reads no head",
    file: "shell/replica.ts",
    edits: [["if (!soleWriter && (await log.head()).seq !== seq) return false;", ""]],
    within: { minServers: 2 },
    breaks: ["linearizability"],
  },
  {
    name: "acknowledged before the flush",
    file: "shell/replica.ts",
    edits: [
      [
        "const appended = await log.append(batch, seq);",
        "this.#settle(outcomes); const appended = await log.append(batch, seq);",
      ],
      [
        "this.#fold.keep(headOf(batch));\n    this.#settle(outcomes);",
        "this.#fold.keep(headOf(batch));",
      ],
    ],
    breaks: ["linearizability", "A1"],
  },
  {
    name: "a conflict is ignored: two writers, each sure of its own",
    file: "shell/replica.ts",
    edits: [["this.#fold.undo.rollback();\n      return false;", ""]],
    within: { minServers: 2 },
    breaks: ["linearizability", "R1", "A1", "server"],
  },
  {
    name: "expiry on the local clock: log time follows every jump of it",
    file: "shell/log-time.ts",
    edits: [
      ["Math.min(maxTickMs, storeNowMs - this.#lastTickMs)", "storeNowMs - this.#lastTickMs"],
    ],
    fromSeed: 156,
    within: { faults: ["clockJump"] },
    breaks: ["time"],
  },
  {
    name: "each replica adds its own advance to a time that others have moved",
    file: "shell/log-time.ts",
    edits: [
      [
        "this.#nowMs = Math.max(this.#nowMs, this.#atLastTickMs + advanceMs)",
        "this.#nowMs += advanceMs",
      ],
    ],
    within: { minServers: 2 },
    breaks: ["time"],
  },
  {
    name: "a duplicate command is applied twice",
    file: "shell/draft.ts",
    edits: [
      [
        "id === undefined ? undefined : findAnswer(commandIds, id, command.actor)",
        "id === commandIds ? findAnswer(commandIds, id, command.actor) : undefined",
      ],
    ],
    breaks: ["A1", "linearizability"],
  },
  {
    name: "undo incomplete: what was dropped from a set stays dropped",
    file: "core/undo.ts",
    edits: [
      [
        "if (set.delete(value)) this.#entries.push(op.setDrop, set, value, undefined);",
        "set.delete(value);",
      ],
    ],
    breaks: ["R1", "L4", "server"],
  },
  {
    name: "a snapshot is taken of a draft, before its batch is durable",
    file: "shell/replica.ts",
    edits: [
      ["this.#options.snapshots?.offer(this.#fold.head.seq, () => this.#fold.snapshot());", ""],
      [
        "const appended = await log.append(batch, seq);",
        "this.#options.snapshots?.offer(seq, () => this.#fold.snapshot());" +
          "const appended = await log.append(batch, seq);",
      ],
    ],
    within: { part: "snapshots", faults: serverDeaths },
    breaks: ["R1", "server"],
  },
  {
    name: "a start from a snapshot forgets which commands were answered",
    file: "shell/fold.ts",
    edits: [["restoreCommandIds(start.commandIds)", "newCommandIds()"]],
    fromSeed: 757,
    within: { part: "snapshots", faults: serverDeaths },
    breaks: ["A1", "linearizability"],
  },
];
