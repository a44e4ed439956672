/** A coordinator whose every answer is given by the test, by hand and in any order. */
import { accepted, type ErrorCode, type Outcome, refused } from "@podlane/protocol";
import type { CoordinatorLink } from "../../src/link/coordinator-link.ts";

export interface AskedCall {
  readonly how: "ask" | "insist";
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  accept(value: unknown): void;
  refuse(code: ErrorCode, message?: string): void;
}

type Port = Pick<CoordinatorLink, "ask" | "insist" | "connected">;

export class ScriptedCoordinator {
  connected = true;
  readonly port: Port;
  /** Asked for and not yet taken by `next`. */
  readonly #untaken: AskedCall[] = [];
  readonly #takers = new Map<string, ((call: AskedCall) => void)[]>();

  constructor() {
    const isConnected = () => this.connected;
    this.port = {
      ask: ((method, params, options) =>
        this.#called("ask", { method, params, ...options })) as Port["ask"],
      insist: ((method, params, options) =>
        this.#called("insist", { method, params, ...options })) as Port["insist"],
      get connected() {
        return isConnected();
      },
    };
  }

  /** Methods asked for that the test has not looked at. */
  get untaken(): readonly string[] {
    return this.#untaken.map((call) => call.method);
  }

  /** The oldest call of that method that was not taken yet; waits for one to come. */
  next(method: string): Promise<AskedCall> {
    const index = this.#untaken.findIndex((call) => call.method === method);
    const [call] = index < 0 ? [] : this.#untaken.splice(index, 1);
    if (call !== undefined) return Promise.resolve(call);
    return new Promise((resolve) => {
      this.#takers.set(method, [...(this.#takers.get(method) ?? []), resolve]);
    });
  }

  #called(
    how: AskedCall["how"],
    asked: { method: string; params: unknown; signal?: AbortSignal },
  ): Promise<Outcome<unknown>> {
    const { promise, resolve } = Promise.withResolvers<Outcome<unknown>>();
    const giveUp = () => resolve(refused("interrupted", "given up"));
    if (asked.signal?.aborted === true) giveUp();
    asked.signal?.addEventListener("abort", giveUp);
    const { method, params } = asked;
    this.#hand({
      how,
      method,
      params: params as AskedCall["params"],
      accept: (value) => resolve(accepted(value)),
      refuse: (code, message = code) => resolve(refused(code, message)),
    });
    return promise;
  }

  #hand(call: AskedCall): void {
    const taker = this.#takers.get(call.method)?.shift();
    if (taker === undefined) this.#untaken.push(call);
    else taker(call);
  }
}

/** Lets every promise that is settled already run what waits for it. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
