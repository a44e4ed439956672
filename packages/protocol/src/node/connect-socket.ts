/**
 * Dialling a Unix socket, with retries for a server that is still starting or whose backlog is
 * full.
 */
import { type Socket, connect } from "node:net";
import { type Outcome, accepted, refused } from "../outcome.ts";
import type { Transport } from "../transport.ts";
import { type Clock, systemClock } from "../peer/clock.ts";
import { checkSocketPath } from "./listen.ts";
import { streamTransport } from "./stream-transport.ts";

/** Waits between attempts: `baseMs` doubling up to `maxMs`, each cut by up to half at random. */
export interface RetryOptions {
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

export interface ConnectSocketOptions {
  /** Default: one attempt. */
  readonly retry?: RetryOptions;
  /** From 0 to 1; starting pods that fail together must not come back together. */
  readonly random?: () => number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** Keeps the process alive between attempts: nothing else may be doing so yet. */
const holdingClock: Clock = {
  ...systemClock,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Never rejects: `invalid_request` for a path that does not fit, else `unavailable`. */
export async function connectSocket(
  path: string,
  options: ConnectSocketOptions = {},
): Promise<Outcome<Transport>> {
  const { retry, random = Math.random, clock = holdingClock, signal } = options;
  const refusal = checkSocketPath(path);
  if (refusal !== undefined) return refusal;
  const attempts = Math.max(1, retry?.attempts ?? 1);
  let error: NodeJS.ErrnoException | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0 && retry !== undefined) {
      await wait(clock, retryDelayMs(retry, attempt, random()));
    }
    if (signal?.aborted === true) return refused("interrupted", `dialling ${path} was given up`);
    const dialled = await dial(path);
    if (!(dialled instanceof Error)) return accepted(streamTransport(dialled));
    error = dialled;
  }
  const code = error?.code ?? "an unknown error";
  return refused("unavailable", `nobody answers at ${path} (${code}, ${attempts} attempts)`);
}

/** The wait before attempt `attempt`, counted from 0. */
export function retryDelayMs(retry: RetryOptions, attempt: number, random: number): number {
  const fullMs = Math.min(retry.maxMs, retry.baseMs * 2 ** (attempt - 1));
  return fullMs * (1 - random / 2);
}

function dial(path: string): Promise<Socket | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("error", resolve);
    socket.once("connect", () => {
      socket.removeListener("error", resolve);
      resolve(socket);
    });
  });
}

function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
