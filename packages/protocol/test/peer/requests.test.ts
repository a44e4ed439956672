import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { maxBacklogBytes, maxPendingRequests, maxUnsentBytes } from "../../src/index.ts";
import { createMemoryPeers } from "./memory-peers.ts";
import { raiseFault } from "../../src/peer/peer.ts";

const codeOf = (outcome: { ok: boolean }): unknown =>
  (outcome as { error?: { code: string } }).error?.code ?? "ok";

describe("request", () => {
  test("times out at its own deadline and tells the handler", async () => {
    const { client, service, clock } = createMemoryPeers();
    const short = client.request("sample.wait", {}, { deadlineMs: 100 });
    const long = client.request("sample.wait", {});
    await service.whenWaiting(2);
    const { signal } = service.waiting[0]?.call ?? new AbortController();
    const aborted = once(signal, "abort");
    clock.advance(100);
    expect(codeOf(await short)).toBe("timeout");
    await aborted;
    expect(service.waiting[1]?.call.signal.aborted).toBe(false);
    clock.advance(4_899);
    service.waiting[1]?.answer();
    expect(codeOf(await long)).toBe("ok");
  });

  test("uses the deadline of the method table, and one timer for all requests", async () => {
    const { client, service, clock } = createMemoryPeers();
    const pending = Array.from({ length: 100 }, () => client.request("sample.wait", {}));
    await service.whenWaiting(100);
    expect(clock.timers).toBe(1);
    clock.advance(5_000);
    expect((await Promise.all(pending)).map(codeOf)).toEqual(pending.map(() => "timeout"));
  });

  test("drops an answer that comes after the deadline", async () => {
    const { client, service, clock } = createMemoryPeers();
    const pending = client.request("sample.wait", {}, { deadlineMs: 10 });
    await service.whenWaiting(1);
    clock.advance(10);
    service.waiting[0]?.answer();
    expect(codeOf(await pending)).toBe("timeout");
    expect(codeOf(await client.request("sample.echo", { text: "on" }))).toBe("ok");
  });

  test("ends with interrupted when its signal aborts, before or after it was sent", async () => {
    const { client, service } = createMemoryPeers();
    const controller = new AbortController();
    const pending = client.request("sample.wait", {}, { signal: controller.signal });
    await service.whenWaiting(1);
    controller.abort();
    expect(codeOf(await pending)).toBe("interrupted");
    const late = client.request("sample.wait", {}, { signal: controller.signal });
    expect(codeOf(await late)).toBe("interrupted");
  });

  test("is busy past the bound of pending requests", async () => {
    const { client } = createMemoryPeers();
    const pending = Array.from({ length: maxPendingRequests }, () =>
      client.request("sample.wait", {}),
    );
    expect(codeOf(await client.request("sample.echo", { text: "" }))).toBe("busy");
    client.close();
    expect(new Set((await Promise.all(pending)).map(codeOf))).toEqual(new Set(["unavailable"]));
  });

  test("is refused busy by a server whose answers are not read", async () => {
    const { client, gate } = createMemoryPeers();
    gate.unsentBytes = maxUnsentBytes + 1;
    expect(codeOf(await client.request("sample.echo", { text: "" }))).toBe("busy");
    gate.unsentBytes = maxBacklogBytes + 1;
    expect(codeOf(await client.request("sample.echo", { text: "" }))).toBe("busy");
    expect(codeOf(await client.request("sample.echo", { text: "" }))).toBe("unavailable");
  });

  test("refuses what cannot be sent, and stays usable", async () => {
    const { client } = createMemoryPeers();
    const bad = await client.request("sample.echo", { text: 1n as never });
    expect(codeOf(bad)).toBe("invalid_request");
    const params = { text: "x", more: ["y".repeat(8e6), "y".repeat(8e6), "y".repeat(8e6)] };
    expect(codeOf(await client.request("sample.echo", params))).toBe("too_large");
    expect(codeOf(await client.request("sample.echo", { text: "on" }))).toBe("ok");
  });

  test("refuses a method that one side does not have", async () => {
    const { client } = createMemoryPeers();
    expect(codeOf(await client.request("constructor" as never, {} as never))).toBe("unsupported");
  });

  test("a fault that nobody asked for is a rejection that nobody handles", async () => {
    const raised = once(process, "unhandledRejection");
    const others = process.rawListeners("unhandledRejection").slice(0, -1) as (() => void)[];
    for (const listener of others) process.off("unhandledRejection", listener);
    try {
      raiseFault({ method: "sample.fail", error: new Error("torn") });
      const [reason] = (await raised) as [Error];
      expect(reason).toMatchObject({ cause: { message: "torn" } });
      expect(reason.message).toContain("sample.fail");
    } finally {
      for (const listener of others) process.on("unhandledRejection", listener);
    }
  });

  test("leaves no timer behind when the connection closes", async () => {
    const { client, service, clock } = createMemoryPeers();
    const pending = client.request("sample.wait", {});
    await service.whenWaiting(1);
    client.close();
    expect(clock.timers).toBe(0);
    expect(codeOf(await pending)).toBe("unavailable");
    expect(await client.closed).toMatchObject({ by: "local" });
  });
});
