/**
 * Claims as the log tells of them, in the simplest way there is: a list of spans, each true from
 * one seq to another, and every question a scan. Shares no code with the rules that it checks.
 */
import type { Entry, Report } from "./entry.ts";
import { type Asked, ageingStepMs, type Need, pausesOf, Standings } from "./standing.ts";
import { stuckOf } from "./stuck.ts";

/** What was so of one claim, after the event at `fromSeq` and until that at `toSeq`. */
export interface ClaimSpan {
  readonly id: string;
  readonly holder: string;
  readonly units: readonly string[];
  readonly mode: "exclusive" | "shared";
  readonly priority: number;
  readonly ttlMs: number;
  readonly sinceMs: number;
  /** Of the claim's first event: the order of asking. */
  readonly seq: number;
  /** Null while it queues. */
  readonly fence: number | null;
  readonly fromSeq: number;
  toSeq: number;
  expiresAtMs: number | null;
  acceptByMs: number | null;
  readonly waitUntilMs: number | null;
  /** Who handed it over, and gets it back when its holder ends; the last one last. */
  readonly givers: readonly Giver[];
  /** It ends with this turn of its holder; null: with none. */
  turn: number | null;
}

interface Giver {
  readonly holder: string;
  readonly turn: number | null;
}

/** What claims need to know of pods and other registrations. */
export interface Kinship {
  isKin(a: string, b: string): boolean;
  hasEnded(registration: string): boolean;
  /** The turn that a living pod is in, or null. */
  turnOf(registration: string): number | null;
  /** The last of its turns that has ended. */
  lastTurnOf(registration: string): number;
  /** Pods that a pod with a yielded turn waits for, or claims. */
  yieldedWaits(): ReadonlyMap<string, readonly string[]>;
}

type ClaimKind = Extract<Entry["kind"], `claim.${string}`>;
export type ClaimEntry = Extract<Entry, { kind: ClaimKind }>;

export class ClaimsModel {
  readonly live = new Map<string, ClaimSpan>();
  readonly spans: ClaimSpan[] = [];
  /** Every room that a unit was given, by the seq from which on. */
  readonly rooms: { readonly unit: string; readonly capacity: number; readonly seq: number }[] = [];
  readonly #standings: Standings;
  readonly #kinship: Kinship;
  readonly #report: Report;
  /** Pods whose turn ended in this batch: what they had is given back, due or not. */
  readonly turnsEnded = new Set<string>();

  constructor(kinship: Kinship, report: Report) {
    this.#kinship = kinship;
    this.#report = report;
    this.#standings = new Standings((a, b) => kinship.isKin(a, b));
  }

  apply(entry: ClaimEntry): void {
    switch (entry.kind) {
      case "claim.acquired":
      case "claim.queued":
        return this.#enter(entry);
      case "claim.granted":
        return this.#grant(entry);
      case "claim.accepted":
        return this.#accept(entry);
      case "claim.renewed":
        return this.#renew(entry);
      case "claim.transferred":
        return this.#transfer(entry);
      case "claim.ended":
        return this.#end(entry);
      case "claim.kept": {
        const claim = this.#known(entry);
        if (claim !== null) claim.turn = null;
        return;
      }
      case "claim.capacity_set":
        return this.#makeRoom(entry);
      default:
        return entry satisfies never;
    }
  }

  /** What must hold between two batches. */
  checkRest(atMs: number): void {
    this.turnsEnded.clear();
    for (const claim of this.live.values()) {
      if (this.#kinship.hasEnded(claim.holder)) {
        this.#report("L5", `${claim.id} belongs to ${claim.holder}, which has ended`);
      }
      if (claim.turn !== null && claim.turn <= this.#kinship.lastTurnOf(claim.holder)) {
        this.#report("L3", `${claim.id} of ${claim.holder} outlives its turn ${claim.turn}`);
      }
      const dueMs = claim.acceptByMs ?? claim.expiresAtMs ?? claim.waitUntilMs ?? Infinity;
      if (dueMs <= atMs) this.#report("L3", `${claim.id} was due at ${dueMs}, it is ${atMs}`);
      if (claim.fence === null && this.blockersOf(claim).length === 0) {
        this.#report("L4", `${claim.id} of ${claim.holder} waits for nothing`);
      }
    }
    this.#checkStuck();
  }

  /** Live claims that stand before a waiter. */
  blockersOf(waiter: ClaimSpan): ClaimSpan[] {
    return this.#standings.blockersOf(waiter, this.live.values());
  }

  /** Whether anything stood before a request, were it the last of all, after the event at `seq`. */
  stoodBefore(asked: Asked, seq: number): boolean {
    const { rooms, spans } = this;
    const then = new Standings((a, b) => this.#kinship.isKin(a, b));
    for (const room of rooms) if (room.seq <= seq) then.capacities.set(room.unit, room.capacity);
    const live = spans.filter((span) => span.fromSeq <= seq && seq < span.toSeq);
    return then.hasBlockers(asked, live);
  }

  /** The pause of a feature among these units that another holds. */
  heldPauseOf(units: readonly string[], holder: string | null): ClaimSpan | undefined {
    const live = [...this.live.values()].filter((claim) => claim.fence !== null);
    return units.flatMap((unit) => pausesOf(unit, { holder, live }))[0];
  }

  #makeRoom({
    seq,
    data: { unit, capacity },
  }: Extract<Entry, { kind: "claim.capacity_set" }>): void {
    this.#standings.capacities.set(unit, capacity);
    this.rooms.push({ unit, capacity, seq });
    this.#checkRoom([unit]);
  }

  #enter(entry: Extract<Entry, { kind: "claim.acquired" | "claim.queued" }>): void {
    const { holder, units, mode, ttlMs, priority } = entry.data;
    const isGrant = entry.kind === "claim.acquired";
    const claim: ClaimSpan = {
      id: entry.id,
      holder,
      units,
      mode,
      ttlMs,
      priority,
      sinceMs: entry.atMs,
      seq: entry.seq,
      fence: isGrant ? entry.seq : null,
      fromSeq: entry.seq,
      toSeq: Infinity,
      expiresAtMs: isGrant ? entry.atMs + ttlMs : null,
      acceptByMs: null,
      waitUntilMs: entry.kind === "claim.queued" ? entry.data.waitUntilMs : null,
      givers: [],
      turn: entry.data.turn ?? null,
    };
    if (this.live.has(claim.id)) this.#report("L2", `${claim.id} is there twice`);
    if (isGrant) this.#checkGrant(claim);
    this.#open(claim);
  }

  #grant(entry: Extract<Entry, { kind: "claim.granted" }>): void {
    const waiter = this.#known(entry);
    if (waiter === null) return;
    if (waiter.fence !== null) this.#report("L2", `${waiter.id} is granted twice`);
    const granted = {
      ...waiter,
      fence: entry.seq,
      expiresAtMs: entry.atMs + waiter.ttlMs,
      acceptByMs: entry.data.acceptByMs,
      waitUntilMs: null,
    };
    this.#checkGrant(granted);
    this.#replace(granted, entry.seq);
  }

  #accept(entry: Extract<Entry, { kind: "claim.accepted" }>): void {
    const claim = this.#known(entry);
    if (claim === null) return;
    const late = claim.acceptByMs === null || claim.acceptByMs <= entry.atMs;
    if (late) this.#report("L3", `${claim.id} is accepted after it lapsed`);
    claim.acceptByMs = null;
  }

  #renew(entry: Extract<Entry, { kind: "claim.renewed" }>): void {
    for (const claim of this.live.values()) {
      if (claim.holder !== entry.data.holder || claim.fence === null) continue;
      this.#checkInTime(claim, entry, "renewed");
      claim.expiresAtMs = entry.atMs + claim.ttlMs;
    }
  }

  #transfer(entry: Extract<Entry, { kind: "claim.transferred" }>): void {
    const { from: id, to, units, mode, ttlMs, priority } = entry.data;
    const from = this.live.get(id);
    if (from === undefined || from.fence === null) {
      return this.#report("L1", `${id} is handed over and was not held`);
    }
    this.#checkInTime(from, entry, "handed over");
    if (!units.every((unit) => from.units.includes(unit))) {
      this.#report("L1", `${id} hands over more than it has`);
    }
    this.#replace(
      { ...from, units: from.units.filter((unit) => !units.includes(unit)) },
      entry.seq,
    );
    const handed: ClaimSpan = {
      ...from,
      id: entry.id,
      holder: to,
      units,
      mode,
      ttlMs,
      priority,
      sinceMs: entry.atMs,
      seq: entry.seq,
      fence: entry.seq,
      fromSeq: entry.seq,
      toSeq: Infinity,
      expiresAtMs: entry.atMs + ttlMs,
      acceptByMs: null,
      ...giversAfter(this.#kinship, from, to),
    };
    this.#checkExclusive(handed);
    this.#open(handed);
  }

  #end(entry: Extract<Entry, { kind: "claim.ended" }>): void {
    const claim = this.#known(entry);
    if (claim === null) return;
    const { how } = entry.data;
    const { atMs } = entry;
    const isDue = (dueMs: number | null) => dueMs !== null && dueMs <= atMs;
    const isTurnOver = this.turnsEnded.size > 0;
    const isWrong = {
      released: !isTurnOver && isDue(claim.expiresAtMs),
      expired: !isDue(claim.expiresAtMs),
      lapsed: !isDue(claim.acceptByMs),
      gave_up: !isTurnOver && !isDue(claim.waitUntilMs),
      holder_ended: !this.#kinship.hasEnded(claim.holder),
      handed_over: false,
    }[how];
    if (isWrong) this.#report("L3", `${claim.id} of ${claim.holder} ends as ${how} at ${atMs}`);
    const isForeign = entry.actor.role === "client" && entry.actor.id !== claim.holder;
    if (how === "released" && isForeign) {
      this.#report("L3", `${entry.actor.id} releases ${claim.id} of ${claim.holder}`);
    }
    if (how === "holder_ended") this.#checkGivenBack(claim);
    claim.toSeq = entry.seq;
    this.live.delete(claim.id);
  }

  /**
   * A lent claim goes home, unless nobody there would use it, somebody waits for it or its feature
   * is paused. Of several on one unit each may have another home: there may be no room for all.
   */
  #checkGivenBack(claim: ClaimSpan): void {
    const giver = claim.givers.findLast(({ holder }) => !this.#kinship.hasEnded(holder));
    if (claim.fence === null || giver === undefined) return;
    if (this.heldPauseOf(claim.units, giver.holder) !== undefined) return;
    const turn = this.#kinship.turnOf(giver.holder);
    if (turn === null || (giver.turn !== null && giver.turn !== turn)) return;
    const isWanted = [...this.live.values()].some((other) => {
      if (other.fence === null) return this.#standings.conflicts(other, claim).length > 0;
      const isTwin = other.holder === claim.holder && other.id !== claim.id;
      return isTwin && other.units.some((unit) => claim.units.includes(unit));
    });
    if (!isWanted) this.#report("hand-over", `${claim.id} is not given back to ${giver.holder}`);
  }

  #checkInTime(claim: ClaimSpan, { atMs }: Entry, what: string): void {
    if (claim.expiresAtMs === null || claim.expiresAtMs > atMs) return;
    this.#report("L3", `${claim.id} of ${claim.holder} is ${what} after it expired`);
  }

  #checkGrant(claim: ClaimSpan): void {
    this.#checkExclusive(claim);
    const [pause] = claim.units.flatMap((unit) => {
      return pausesOf(unit, { holder: claim.holder, live: this.live.values() });
    });
    if (pause !== undefined) {
      this.#report("pause", `${claim.id} of ${claim.holder} is granted under ${pause.id}`);
    }
    for (const waiter of this.live.values()) {
      if (waiter.fence !== null || waiter.id === claim.id) continue;
      if (!this.#isPassed(waiter, claim)) continue;
      const isOlder = waiter.seq < claim.seq && waiter.priority <= claim.priority;
      const stepsMs = (waiter.priority - claim.priority) * ageingStepMs;
      if (isOlder || claim.sinceMs - waiter.sinceMs > Math.max(0, stepsMs)) {
        this.#report("L4", `${claim.id} of ${claim.holder} passes ${waiter.id}, which was first`);
      }
    }
  }

  /** Whether a grant takes from a waiter what that one would need too. */
  #isPassed(waiter: ClaimSpan, claim: ClaimSpan): boolean {
    if (this.#standings.exclusions(waiter, claim).length > 0) return true;
    return this.blockersOf({ ...claim, fence: null }).includes(waiter);
  }

  #checkExclusive(claim: ClaimSpan): void {
    for (const other of this.live.values()) {
      if (other.fence === null || other.id === claim.id) continue;
      if (this.#standings.exclusions(claim, other).length === 0) continue;
      const both = `${claim.id} of ${claim.holder} and ${other.id} of ${other.holder}`;
      this.#report("L1", `${both} hold ${claim.units.join(" ")}`);
    }
    this.#checkRoom(claim.units, claim);
  }

  /** No more hold a unit than it has room for; one that holds it twice counts once. */
  #checkRoom(units: readonly string[], more?: ClaimSpan): void {
    const granted = [...this.live.values(), ...(more === undefined ? [] : [more])].filter(
      ({ fence, mode }) => fence !== null && mode === "exclusive",
    );
    for (const unit of units) {
      const capacity = this.#standings.capacityOf(unit);
      if (capacity === 1) continue;
      const holders = new Set(
        granted.filter((claim) => claim.units.includes(unit)).map(({ holder }) => holder),
      );
      if (holders.size <= capacity) continue;
      this.#report("capacity", `${[...holders].join(" ")} hold ${unit}, room for ${capacity}`);
    }
  }

  #checkStuck(): void {
    const waits = new Map<string, Need[]>();
    const add = (from: string, needs: readonly Need[]) =>
      waits.set(from, [...(waits.get(from) ?? []), ...needs]);
    for (const claim of this.live.values()) {
      if (claim.fence === null)
        add(claim.holder, this.#standings.needsOf(claim, this.live.values()));
    }
    for (const [pod, targets] of this.#kinship.yieldedWaits()) {
      for (const target of targets) {
        const to = this.live.get(target)?.holder ?? target;
        if (to !== pod && !this.#kinship.hasEnded(to)) add(pod, [{ holders: [to], count: 1 }]);
      }
    }
    const [first] = stuckOf(waits);
    if (first !== undefined) this.#report("L6", `${first} waits for itself`);
  }

  #open(claim: ClaimSpan): void {
    this.live.set(claim.id, claim);
    this.spans.push(claim);
  }

  #replace(claim: ClaimSpan, seq: number): void {
    const before = this.live.get(claim.id);
    if (before !== undefined) before.toSeq = seq;
    this.#open({ ...claim, fromSeq: seq, toSeq: Infinity });
  }

  #known(entry: ClaimEntry): ClaimSpan | null {
    const claim = this.live.get(entry.id);
    if (claim === undefined) this.#report("L2", `${entry.kind} of ${entry.id}, which is not live`);
    return claim ?? null;
  }
}

/** What comes back to a giver loses those it has come back past. */
/** Handed back after the turn it was taken for, a claim belongs to no turn. */
function giversAfter(
  kinship: Kinship,
  { givers, holder, turn }: ClaimSpan,
  to: string,
): Pick<ClaimSpan, "givers" | "turn"> {
  const back = givers.findIndex((giver) => giver.holder === to);
  const giver = givers[back];
  if (giver === undefined) return { givers: [...givers, { holder, turn }], turn: null };
  const isOver = giver.turn === null || kinship.turnOf(to) !== giver.turn;
  return { givers: givers.slice(0, back), turn: isOver ? null : giver.turn };
}
