import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxSocketPathBytes } from "../../src/index.ts";
import { connectSocket, listenSocket, retryDelayMs } from "../../src/node.ts";
import { ManualClock } from "../manual-clock.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "podlane-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const onConnection = (): void => {};

describe("listenSocket", () => {
  test("makes a socket only its owner may use, and removes it on close", async () => {
    const path = join(folder, "owner.sock");
    const listener = await listenSocket({ path, onConnection });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    if (listener.ok) await listener.value.close();
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("refuses a path that does not fit, and one that is taken", async () => {
    const path = join(folder, "taken.sock");
    const listener = await listenSocket({ path, onConnection });
    const second = await listenSocket({ path, onConnection });
    expect(second).toMatchObject({ error: { code: "conflict" } });
    const long = await listenSocket({
      path: "/".padEnd(maxSocketPathBytes + 1, "x"),
      onConnection,
    });
    expect(long).toMatchObject({ error: { code: "invalid_request" } });
    if (listener.ok) await listener.value.close();
  });
});

describe("connectSocket", () => {
  test("is unavailable where nobody listens", async () => {
    const outcome = await connectSocket(join(folder, "none.sock"));
    expect(outcome).toMatchObject({ error: { code: "unavailable" } });
  });

  test("comes back until the server is there", async () => {
    const path = join(folder, "late.sock");
    const clock = new ManualClock();
    const { promise: firstWait, resolve: waits } = Promise.withResolvers<void>();
    const after = clock.after.bind(clock);
    clock.after = (delayMs, callback) => {
      waits();
      return after(delayMs, callback);
    };
    const retry = { attempts: 2, baseMs: 100, maxMs: 1_000 };
    const connecting = connectSocket(path, { retry, clock, random: () => 0 });
    await firstWait;
    const listener = await listenSocket({ path, onConnection });
    clock.advance(100);
    expect((await connecting).ok).toBe(true);
    if (listener.ok) await listener.value.close();
  });

  test("waits longer each time, with jitter, up to a bound", () => {
    const retry = { attempts: 9, baseMs: 100, maxMs: 1_000 };
    expect([1, 2, 3, 5, 8].map((attempt) => retryDelayMs(retry, attempt, 0))).toEqual([
      100, 200, 400, 1_000, 1_000,
    ]);
    expect(retryDelayMs(retry, 1, 1)).toBe(50);
  });
});

test("a process that only waits for its next attempt stays alive", async () => {
  const node = new URL("../../src/node.ts", import.meta.url).href;
  const path = join(folder, "never.sock");
  const program = `
    const { connectSocket } = await import(${JSON.stringify(node)});
    const retry = { attempts: 2, baseMs: 1, maxMs: 1 };
    const outcome = await connectSocket(${JSON.stringify(path)}, { retry });
    console.log(outcome.error.code);
  `;
  const flags = ["--conditions=podlane-source", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  expect(stdout.trim()).toBe("unavailable");
});
