import { accepted, type Outcome, type PodEvent, refused } from "@podlane/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ParentLink } from "../../src/link/parent-link.ts";
import { bodies } from "../core/events.ts";
import { child } from "../core/scenario.ts";

const common = { podId: child, podName: "kid", generation: 1, at: 0 };

/** An outbox, a receiver whose answers the test gives, and the link between them. */
class Way {
  readonly outbox: PodEvent[] = [];
  readonly offered: number[] = [];
  readonly warnings: string[] = [];
  reads = 0;
  answer: (event: PodEvent) => Promise<Outcome<unknown>> = async () => accepted({});
  readonly link = new ParentLink({
    pending: (limit) => {
      this.reads += 1;
      return this.outbox.slice(0, limit);
    },
    deliver: (event) => {
      this.offered.push(event.seq);
      return this.answer(event);
    },
    warn: (message) => this.warnings.push(message),
    onAcknowledged: (seq) => {
      const index = this.outbox.findIndex((event) => event.seq === seq);
      this.outbox.splice(index, 1);
    },
  });

  put(...seqs: readonly number[]): void {
    for (const seq of seqs) this.outbox.push({ ...bodies.turn_ended, ...common, seq });
    this.link.nudge();
  }

  /** As `put`, told to the link by what was written. */
  offer(...seqs: readonly number[]): void {
    const events = seqs.map((seq) => ({ ...bodies.turn_ended, ...common, seq }));
    this.outbox.push(...events);
    this.link.offer(events);
  }
}

let way: Way;
beforeEach(() => {
  vi.useFakeTimers();
  way = new Way();
});
afterEach(() => vi.useRealTimers());

describe("what has just been written", () => {
  it("is sent in order without being read again, once the outbox is known", async () => {
    way.put(1);
    way.offer(2, 3);
    await way.link.drained();
    const { reads } = way;
    way.offer(4);
    way.offer(5, 6);
    await way.link.drained();
    expect(way.offered).toEqual([1, 2, 3, 4, 5, 6]);
    expect(way.reads).toBe(reads);
    expect(way.outbox).toEqual([]);
  });

  it("is read when the outbox is not known yet, and when it is too much to keep", async () => {
    way.offer(1);
    await way.link.drained();
    const late = Promise.withResolvers<Outcome<unknown>>();
    way.answer = () => late.promise;
    way.offer(...Array.from({ length: 400 }, (_, index) => index + 2));
    way.answer = async () => accepted({});
    late.resolve(accepted({}));
    await way.link.drained();
    expect(way.offered).toEqual(Array.from({ length: 401 }, (_, index) => index + 1));
    expect(way.outbox).toEqual([]);
  });

  it("stays in its place behind what a receiver does not take", async () => {
    let refusals = 3;
    way.answer = async () =>
      refusals-- > 0 ? refused("unavailable", "nobody there") : accepted({});
    way.offer(1);
    way.offer(2);
    await vi.runAllTimersAsync();
    way.offer(3);
    await vi.runAllTimersAsync();
    expect(way.offered).toEqual([1, 1, 1, 1, 2, 3]);
  });
});

describe("the way up", () => {
  it("sends in order, each once, and forgets what was acknowledged", async () => {
    way.put(1, 2, 3);
    way.put(4);
    await way.link.drained();
    expect(way.offered).toEqual([1, 2, 3, 4]);
    expect(way.outbox).toEqual([]);
  });

  it("a nudge that finds nothing to send does not stop what comes later", async () => {
    way.link.nudge();
    await way.link.drained();
    way.put(1);
    await way.link.drained();
    expect(way.offered).toEqual([1]);
  });

  it("takes more than one page", async () => {
    way.put(...Array.from({ length: 200 }, (_, index) => index + 1));
    await way.link.drained();
    expect(way.offered).toHaveLength(200);
    expect(way.outbox).toEqual([]);
  });

  it("offers an event again until it is acknowledged, and none before it", async () => {
    let refusals = 5;
    way.answer = async () =>
      refusals-- > 0 ? refused("unavailable", "nobody there") : accepted({});
    way.put(1, 2);
    await vi.runAllTimersAsync();
    expect(way.offered).toEqual([1, 1, 1, 1, 1, 1, 2]);
    expect(way.outbox).toEqual([]);
    expect(way.warnings).toHaveLength(3);
    expect(way.warnings[0]).toBe("event 1 is not delivered yet: nobody there");
  });

  it("a nudge ends the pause after a failure", async () => {
    way.answer = async () => refused("unavailable", "nobody there");
    way.put(1);
    await vi.advanceTimersByTimeAsync(0);
    way.answer = async () => accepted({});
    way.link.nudge();
    await way.link.drained();
    expect(way.outbox).toEqual([]);
  });

  it("an answer after the end of the link acknowledges nothing", async () => {
    const late = Promise.withResolvers<Outcome<unknown>>();
    way.answer = () => late.promise;
    way.put(1, 2);
    way.link.close();
    late.resolve(accepted({}));
    await way.link.drained();
    expect(way.outbox).toHaveLength(2);
    way.link.nudge();
    expect(way.offered).toEqual([1]);
  });

  it("the end of the link ends its pause", async () => {
    way.answer = async () => refused("unavailable", "nobody there");
    way.put(1);
    await vi.advanceTimersByTimeAsync(0);
    way.link.close();
    await way.link.drained();
    expect(vi.getTimerCount()).toBe(0);
  });
});
