/** Mistakes of claims, their room and the pauses of features. */
import type { Mutation } from "./mutation.ts";

export const claimMutations: readonly Mutation[] = [
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
    fromSeed: 25,
    within: { faults: ["deafPeer", "delayedFrame", "pausedServer"] },
    breaks: ["L3"],
  },
  {
    name: "hand-over not given back: a child's end ends what its parent lent it",
    file: "core/claims/hand-over.ts",
    edits: [["if (giver === undefined) return null;", "return null;"]],
    within: { pods: true },
    breaks: ["hand-over"],
  },
  {
    name: "who waits for itself is queued all the same",
    file: "core/deadlock.ts",
    edits: [
      ["if (others.length === 0 && !isWaitedFor(state, start)) return null;", "return null;"],
    ],
    fromSeed: 10,
    breaks: ["L6"],
  },
  {
    name: "who is declared dead goes on claiming",
    file: "core/claims/acquire.ts",
    edits: [["return checkRegistration(state, holder);", "return accepted(null);"]],
    fromSeed: 276,
    within: { tasks: true, faults: ["silentWorker", "crashedAgent"] },
    breaks: ["L5"],
  },
  {
    name: "a renewal brings back what has run out",
    file: "core/claims/renewal.ts",
    edits: [["const events = lost.map(", "const events = lost.slice(lost.length).map("]],
    case: "expired-beside-renewed",
    breaks: ["L3"],
  },
  {
    name: "one more than fits holds a process",
    file: "core/claims/meetings.ts",
    edits: [["capacityOf(claims, key) - 1 : 0", "capacityOf(claims, key) : 0"]],
    within: { part: "processes" },
    breaks: ["capacity", "L1", "L4"],
  },
  {
    name: "room is given to whoever asks, and not to those who wait",
    file: "core/claims/before.ts",
    edits: [
      [
        "const before = [holdersAt(at), waitersBefore(state.claims, wanted, at)];\n  return",
        "const before = [holdersAt(at)];\n  return",
      ],
    ],
    fromSeed: 177,
    within: { part: "processes" },
    breaks: ["L4", "capacity"],
  },
  {
    name: "room is taken away from under those who hold",
    file: "core/claims/capacity.ts",
    edits: [
      ["if (capacity < known && users > capacity) {", "if (capacity < known && users < 0) {"],
    ],
    fromSeed: 623,
    within: { part: "processes" },
    breaks: ["capacity", "L1", "L4", "L6"],
  },
  {
    name: "a pause-lock stands before nobody",
    file: "core/claims/meetings.ts",
    edits: [["visitBeside(claims, unitFacts(unit).pausedBy, visit);", ""]],
    fromSeed: 21,
    within: { part: "features" },
    breaks: ["pause", "L4"],
  },
];
