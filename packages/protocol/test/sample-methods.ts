/** A small method table with one method for each way a call can go, and handlers for it. */
import { z } from "zod";
import {
  type Call,
  type Handlers,
  type Subscription,
  accepted,
  mutation,
  query,
  refused,
} from "../src/index.ts";

const Text = z.object({ text: z.string() });

export const sampleMethods = {
  "sample.echo": query(Text, Text),
  "sample.add": mutation(
    z.object({ left: z.int(), right: z.int(), note: z.string().optional() }),
    z.object({ sum: z.int(), client: z.string().nullable(), note: z.string().nullable() }),
    { hot: ["left", "right", "note"] },
  ),
  "sample.refuse": query(z.object({}), z.object({}), { hot: [] }),
  "sample.throw": query(z.object({}), z.object({})),
  "sample.wait": query(z.object({}), z.object({}), { deadlineMs: 5_000 }),
  "sample.feed": query(z.object({}), z.object({ from: z.int() })),
  "sample.hotFeed": query(z.object({}), z.object({ from: z.int() }), { hot: [] }),
};
export type SampleMethods = typeof sampleMethods;

/** Handlers whose waiting calls and subscriptions the test holds in its hands. */
export class SampleServer {
  readonly waiting: { call: Call; answer: () => void }[] = [];
  readonly subscriptions: Subscription[] = [];
  readonly left: number[] = [];
  snapshot: unknown = { state: "all of it" };
  #waitingFor: (() => void)[] = [];

  readonly handlers: Handlers<SampleMethods> = {
    "sample.echo": ({ text }) => accepted({ text }),
    "sample.add": ({ left, right, note }, call) =>
      accepted({ sum: left + right, client: call.commandId?.client ?? null, note: note ?? null }),
    "sample.refuse": () => refused("out_of_scope", "not yours", { target: "src" }),
    "sample.throw": () => {
      throw new Error("secret detail");
    },
    "sample.wait": (_params, call) =>
      new Promise((resolve) => {
        this.waiting.push({ call, answer: () => resolve(accepted({})) });
        for (const notify of this.#waitingFor.splice(0)) notify();
      }),
    "sample.feed": (_params, call) => this.#feed(call),
    "sample.hotFeed": (_params, call) => this.#feed(call),
  };

  /** Resolves once `count` calls wait. */
  async whenWaiting(count: number): Promise<void> {
    while (this.waiting.length < count) {
      await new Promise<void>((resolve) => {
        this.#waitingFor.push(resolve);
      });
    }
  }

  #feed(call: Call): { ok: true; value: { from: number } } {
    const subscription = call.openSubscription({
      snapshot: () => this.snapshot,
      onClose: () => this.left.push(subscription.id),
    });
    this.subscriptions.push(subscription);
    subscription.publish(1, { n: 1 });
    return { ok: true, value: { from: 1 } };
  }
}

/** Collects what a watch receives; `when` resolves at an entry that fits. */
export class WatchRecorder {
  readonly entries: unknown[] = [];
  #waiting: (() => void)[] = [];

  readonly handlers = {
    onEvent: (seq: number, data: unknown): void => this.#add({ seq, data }),
    onGap: (gap: unknown, snapshot: unknown): void => this.#add({ gap, snapshot }),
    onEnd: (error: unknown): void => this.#add({ end: error ?? "done" }),
  };

  async when(fits: (entry: unknown) => boolean): Promise<unknown> {
    for (;;) {
      const found = this.entries.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #add(entry: unknown): void {
    this.entries.push(entry);
    for (const notify of this.#waiting.splice(0)) notify();
  }
}
