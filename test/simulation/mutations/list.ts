/**
 * Bugs to plant, one at a time, into the source as it is bundled for a simulation: mistakes that a
 * lock server has been seen to make, or that this one made. Each edit must fit exactly one place.
 */

export interface Mutation {
  readonly name: string;
  /** Below `packages/coordinator/src`. */
  readonly file: string;
  readonly edits: readonly (readonly [find: string, replace: string])[];
  /** Invariants, any of which may be the first to break. */
  readonly breaks: readonly string[];
}

export const mutations: readonly Mutation[] = [
  {
    name: "no draft in a batch: each command is decided on the state before all of them",
    file: "shell/draft.ts",
    edits: [
      ["#chars = 0;", "#chars = 0; #before;"],
      ["this.#fold = fold;", "this.#fold = fold; this.#before = structuredClone(fold.state);"],
      ["rules.decide(state, command,", "rules.decide(this.#before, command,"],
    ],
    breaks: ["L1", "L2", "L3", "L4", "server"],
  },
  {
    name: "lagging refusals: an answer that appends nothing reads no head",
    file: "shell/replica.ts",
    edits: [["if (!soleWriter && (await log.head()).seq !== seq) return false;", ""]],
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
    breaks: ["linearizability", "R1", "A1", "server"],
  },
  {
    name: "expiry on the local clock: log time follows every jump of it",
    file: "shell/log-time.ts",
    edits: [
      ["Math.min(maxTickMs, storeNowMs - this.#lastTickMs)", "storeNowMs - this.#lastTickMs"],
    ],
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
    name: "release by name: anybody gives back anything",
    file: "core/claims/decide.ts",
    edits: [
      [
        'if (claim.holder === actor.id || actor.role === "operator") return claim;',
        "return claim;",
      ],
    ],
    breaks: ["L3"],
  },
  {
    name: "barging: who asks anew passes those who wait",
    file: "core/claims/acquire.ts",
    edits: [
      [
        "const isFree = lastBefore(state, wanted) === null;",
        "const isFree = (lastBefore(state, wanted)?.fence ?? null) === null;",
      ],
    ],
    breaks: ["L4", "L1", "server"],
  },
  {
    name: "the token is that of the queueing, older than the holder's before it",
    file: "core/claims/evolve.ts",
    edits: [
      [
        "promote(state, claim, { fence: event.seq, undo });",
        "promote(state, claim, { fence: claim.seq, undo });",
      ],
    ],
    breaks: ["linearizability"],
  },
  {
    name: "a lapsed grant is accepted: the deadline of acceptance is forgotten",
    file: "core/claims/expiry.ts",
    edits: [['if (claim.acceptByMs !== null && claim.acceptByMs <= nowMs) return "lapsed";', ""]],
    breaks: ["L3"],
  },
  {
    name: "hand-over not given back: a child's end ends what its parent lent it",
    file: "core/claims/hand-over.ts",
    edits: [["if (giver === undefined) return null;", "return null;"]],
    breaks: ["hand-over"],
  },
  {
    name: "who waits for itself is queued all the same",
    file: "core/deadlock.ts",
    edits: [
      ["if (others.length === 0 && !isWaitedFor(state, start)) return null;", "return null;"],
    ],
    breaks: ["L6"],
  },
  {
    name: "a pod that ends keeps its claims",
    file: "core/pods/exit.ts",
    edits: [["endClaimsOf(state, pod.id, batch);", ""]],
    breaks: ["L5"],
  },
  {
    name: "what is lent to one child is lent to the next as well",
    file: "core/scopes.ts",
    edits: [["const loans = loansOf(state, pod);", "const loans = [];"]],
    breaks: ["S1"],
  },
  {
    name: "a task begins before the first of its dependencies is done",
    file: "core/runs/waits.ts",
    edits: [
      [
        'const open = dependsOn.filter((name) => run.tasks.get(name)?.state !== "done");',
        'const open = dependsOn.slice(1).filter((name) => run.tasks.get(name)?.state !== "done");',
      ],
    ],
    breaks: ["Q3"],
  },
  {
    name: "two merges execute on one base",
    file: "core/merges/advance.ts",
    edits: [["if (busy.has(baseKeyOf(merge))) continue;", ""]],
    breaks: ["M1"],
  },
  {
    name: "a slot goes to the youngest pod",
    file: "core/turns/admission.ts",
    edits: [["|| a.seq - b.seq", "|| b.seq - a.seq"]],
    breaks: ["turns"],
  },
];
