import { describe, expect, test } from "vitest";
import { maxSubscriptionQueue, maxUnsentBytes } from "../../src/index.ts";
import { WatchRecorder } from "../sample-methods.ts";
import { type MemoryPeers, createMemoryPeers } from "./memory-peers.ts";

async function watchFeed(peers: MemoryPeers) {
  const recorder = new WatchRecorder();
  const watch = await peers.client.watch("sample.feed", {}, recorder.handlers);
  if (!watch.ok) throw new Error(watch.error.message);
  const [subscription] = peers.service.subscriptions;
  if (subscription === undefined) throw new Error("the service has no subscription");
  await recorder.when((entry) => (entry as { seq?: number }).seq === 1);
  return { recorder, watch: watch.value, subscription };
}

const isEvent = (seq: number) => (entry: unknown) => (entry as { seq?: number }).seq === seq;
const isEnd = (entry: unknown): boolean => "end" in (entry as object);

describe("subscription", () => {
  test("queues for a reader that is slow, and loses nothing within the bound", async () => {
    const peers = createMemoryPeers();
    const { recorder, subscription } = await watchFeed(peers);
    peers.gate.unsentBytes = maxUnsentBytes + 1;
    const sentBefore = peers.gate.sent;
    for (let seq = 2; seq < 2 + maxSubscriptionQueue; seq += 1) subscription.publish(seq, seq);
    expect(peers.gate.sent).toBe(sentBefore);
    peers.gate.unsentBytes = 0;
    peers.gate.drain();
    await recorder.when(isEvent(1 + maxSubscriptionQueue));
    expect(recorder.entries).toHaveLength(1 + maxSubscriptionQueue);
  });

  test("marks one gap with a snapshot past the bound, then goes on", async () => {
    const peers = createMemoryPeers();
    const { recorder, subscription } = await watchFeed(peers);
    peers.gate.unsentBytes = maxUnsentBytes + 1;
    const last = 2 * maxSubscriptionQueue;
    for (let seq = 2; seq <= last; seq += 1) subscription.publish(seq, seq);
    peers.service.snapshot = { upTo: last };
    peers.gate.unsentBytes = 0;
    peers.gate.drain();
    subscription.publish(last + 1, "live");
    await recorder.when(isEvent(last + 1));
    expect(recorder.entries.slice(1)).toEqual([
      { gap: { from: 2, to: last }, snapshot: { upTo: last } },
      { seq: last + 1, data: "live" },
    ]);
  });

  test("sends what waits before its end", async () => {
    const peers = createMemoryPeers();
    const { recorder, subscription } = await watchFeed(peers);
    peers.gate.unsentBytes = maxUnsentBytes + 1;
    subscription.publish(2, "last");
    subscription.close({ code: "not_found", message: "the pod is gone" });
    subscription.publish(3, "never");
    peers.gate.unsentBytes = 0;
    peers.gate.drain();
    await recorder.when(isEnd);
    expect(recorder.entries.slice(1)).toEqual([
      { seq: 2, data: "last" },
      { end: { code: "not_found", message: "the pod is gone" } },
    ]);
  });

  test("an event that cannot travel is a gap of one and a fault", async () => {
    const peers = createMemoryPeers();
    const { recorder, subscription } = await watchFeed(peers);
    subscription.publish(2, 1n);
    subscription.publish(3, "fine");
    await recorder.when(isEvent(3));
    expect(recorder.entries[1]).toMatchObject({ gap: { from: 2, to: 2 } });
    expect(peers.faults).toMatchObject([{ method: "sample.feed", error: { code: "unencodable" } }]);
  });

  test("stops at both ends when its reader leaves", async () => {
    const peers = createMemoryPeers();
    const { recorder, watch, subscription } = await watchFeed(peers);
    watch.close();
    await peers.client.request("sample.echo", { text: "after" });
    expect(subscription.closed).toBe(true);
    expect(peers.service.left).toEqual([subscription.id]);
    subscription.publish(2, "never");
    await peers.client.request("sample.echo", { text: "after" });
    expect(recorder.entries).toHaveLength(1);
  });

  test("ends with the connection, at both ends", async () => {
    const peers = createMemoryPeers();
    const { recorder, subscription } = await watchFeed(peers);
    peers.server.close();
    expect(await recorder.when(isEnd)).toMatchObject({ end: { code: "unavailable" } });
    expect(subscription.closed).toBe(true);
    expect(peers.service.left).toEqual([subscription.id]);
  });

  test("a watch callback that throws is a fault and harms nothing else", async () => {
    const peers = createMemoryPeers();
    const recorder = new WatchRecorder();
    const onEvent = (): void => {
      throw new Error("reader broke");
    };
    await peers.client.watch("sample.feed", {}, { ...recorder.handlers, onEvent });
    await peers.client.request("sample.echo", { text: "after" });
    expect(peers.faults).toMatchObject([{ method: "watch", error: { message: "reader broke" } }]);
  });
});
