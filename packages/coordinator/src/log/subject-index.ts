/**
 * Which events are about which subject: derived from the log when first asked, never on the commit
 * path, and gone when the process ends. What lies before the part it covers is found by reading.
 */
import type { LogEvent } from "../core/event.ts";
import { maxIndexedEvents, readPageEvents } from "../limits.ts";
import type { Batch, Log, ReadRange } from "./log.ts";

type AlsoAbout = (event: LogEvent) => readonly string[];

const nothing: readonly string[] = [];

export class SubjectIndex {
  readonly #log: Log;
  readonly #maxEvents: number;
  readonly #alsoAbout: AlsoAbout;
  readonly #seqs = new Map<string, number[]>();
  #events = 0;
  /** The first seq that the index covers. */
  #fromSeq = 1;
  #nextSeq = 1;

  /** `alsoAbout`: what else an event is found by, beside its subject. */
  constructor(log: Log, options: { maxEvents?: number; alsoAbout?: AlsoAbout } = {}) {
    this.#log = log;
    this.#maxEvents = options.maxEvents ?? maxIndexedEvents;
    this.#alsoAbout = options.alsoAbout ?? (() => nothing);
  }

  /**
   * At most `limit` events about the subject, from `fromSeq` on, in order. The first call reads the
   * whole log (about 3 µs an event), later ones what was appended since.
   */
  async events(subject: string, range: ReadRange): Promise<readonly LogEvent[]> {
    await this.#catchUp();
    const found: LogEvent[] = [];
    const wanted = (event: LogEvent): boolean => {
      if (event.subject === subject && event.seq >= range.fromSeq) found.push(event);
      return found.length < range.limit;
    };
    const uncovered = { fromSeq: range.fromSeq, beforeSeq: this.#fromSeq };
    if (range.limit < 1 || !(await this.#scan(uncovered, wanted))) return found;
    const seqs = this.#seqs.get(subject) ?? [];
    await this.#show(
      seqs.filter((seq) => seq >= range.fromSeq),
      wanted,
    );
    return found;
  }

  /** The newest events about any subject that is wanted, at most `limit`, oldest first. */
  async newest(isWanted: (subject: string) => boolean, limit: number): Promise<LogEvent[]> {
    await this.#catchUp();
    const seqs = [...this.#seqs].flatMap(([subject, own]) => (isWanted(subject) ? own : []));
    const last = [...new Set(seqs)].toSorted((a, b) => a - b).slice(-limit);
    const found: LogEvent[] = [];
    await this.#show(last, (event) => found.push(event) > 0);
    if (found.length === limit) return found;
    const older: LogEvent[] = [];
    await this.#scan({ fromSeq: 1, beforeSeq: this.#fromSeq }, (event) => {
      if ([event.subject, ...this.#alsoAbout(event)].some(isWanted)) older.push(event);
      if (older.length > limit) older.shift();
      return true;
    });
    return [...older, ...found].slice(-limit);
  }

  async #catchUp(): Promise<void> {
    const fromSeq = this.#nextSeq;
    await this.#scan({ fromSeq, beforeSeq: Number.POSITIVE_INFINITY }, (event) => {
      // Two callers may read at once; each event is taken once.
      if (event.seq === this.#nextSeq) this.#add(event);
      return true;
    });
  }

  #add(event: LogEvent): void {
    for (const subject of [event.subject, ...this.#alsoAbout(event)]) {
      const seqs = this.#seqs.get(subject);
      if (seqs === undefined) this.#seqs.set(subject, [event.seq]);
      else seqs.push(event.seq);
      this.#events += 1;
    }
    this.#nextSeq = event.seq + 1;
    while (this.#events > this.#maxEvents) this.#dropOlderHalf();
  }

  #dropOlderHalf(): void {
    this.#fromSeq = Math.ceil((this.#fromSeq + this.#nextSeq) / 2);
    this.#events = 0;
    for (const [subject, seqs] of this.#seqs) {
      const kept = seqs.filter((seq) => seq >= this.#fromSeq);
      this.#events += kept.length;
      if (kept.length === 0) this.#seqs.delete(subject);
      else this.#seqs.set(subject, kept);
    }
  }

  /** Shows every event of a stretch in order; false as soon as `show` wants no more. */
  async #scan(
    stretch: { fromSeq: number; beforeSeq: number },
    show: (event: LogEvent) => boolean,
  ): Promise<boolean> {
    let { fromSeq } = stretch;
    while (fromSeq < stretch.beforeSeq) {
      const batches = await this.#log.read({ fromSeq, limit: readPageEvents });
      if (batches.length === 0) return true;
      for (const event of batches.flatMap((batch) => batch.events)) {
        if (event.seq < fromSeq) continue;
        if (event.seq >= stretch.beforeSeq) return true;
        if (!show(event)) return false;
        fromSeq = event.seq + 1;
      }
    }
    return true;
  }

  /** Shows these events in order, until `show` wants no more. */
  async #show(seqs: readonly number[], show: (event: LogEvent) => boolean): Promise<void> {
    let batch: Batch | undefined;
    for (const seq of seqs) {
      if (batch === undefined || seq > batch.lastSeq) {
        [batch] = await this.#log.read({ fromSeq: seq, limit: 1 });
      }
      const event = batch?.events[seq - batch.firstSeq];
      if (event !== undefined && !show(event)) return;
    }
  }
}
