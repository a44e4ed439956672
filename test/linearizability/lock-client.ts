/**
 * A client over a real socket that claims, releases and reads one unit at a time, and writes down
 * when it asked, when it was answered and what it heard. When its connection breaks it asks again
 * under the same command id at the next life of a server, or gives the outcome up as unknown.
 */
import {
  type ClaimId,
  type CommandId,
  coordinatorMethods,
  coordinatorPushMethods,
  accepted,
  type Outcome,
  type Peer,
} from "@podlane/protocol";
import { dial, mintToken } from "@podlane/protocol/node";
import type { Random } from "../simulation/world/random.ts";
import type { LockInput, LockOperation, LockOutput } from "./lock-model.ts";
import type { ServerProcess } from "./servers.ts";
import { workspaceKey } from "./workspace-key.ts";

type CoordinatorPeer = Peer<typeof coordinatorMethods>;

/** Shared by all clients of a history. */
export interface Recorder {
  readonly history: Map<string, LockOperation[]>;
  /** The next place in the order of calls and answers. */
  next(): number;
}

export interface LockClientOptions {
  readonly name: string;
  readonly servers: readonly ServerProcess[];
  readonly random: Random;
  readonly recorder: Recorder;
  /** Whether a refusal may be that of a repeat whose first copy a dead server still commits. */
  readonly isShared: boolean;
}

interface Held {
  readonly claim: ClaimId;
  readonly fence: number;
}

interface Heard {
  readonly outcome: Outcome<unknown> | null;
  /** More than one copy was sent. */
  readonly isRepeated: boolean;
}

export class LockClient {
  readonly #options: LockClientOptions;
  readonly #held = new Map<string, Held>();
  #peer: CoordinatorPeer | null = null;
  #turn: number;
  #n = 0;
  /** Names this client's commands: another after an outcome was given up. */
  #life = 0;

  constructor(options: LockClientOptions) {
    this.#options = options;
    this.#turn = options.random.int(0, options.servers.length - 1);
  }

  /** Does one thing to the unit and records it. */
  async act(unit: string): Promise<void> {
    const { random } = this.#options;
    const held = this.#held.get(unit);
    if (random.chance(0.2)) return this.#read(unit);
    if (held !== undefined && random.chance(0.7)) return this.#release(unit, held);
    return this.#acquire(unit);
  }

  close(): void {
    this.#peer?.close();
  }

  async #acquire(unit: string): Promise<void> {
    const params = { units: [unit], wait: "none", ttlMs: 3_600_000 } as const;
    await this.#record(unit, { kind: "acquire" }, async () => {
      const { outcome, isRepeated } = await this.#command("claim.acquire", params);
      if (outcome === null) return null;
      if (!outcome.ok) {
        if (outcome.error.code !== "conflict") throw new Error(outcome.error.message);
        return isRepeated && this.#options.isShared ? null : { kind: "held_by_another" };
      }
      const { claim } = outcome.value as { claim: { id: ClaimId; fence: number } };
      this.#held.set(unit, { claim: claim.id, fence: claim.fence });
      return { kind: "granted", fence: claim.fence };
    });
  }

  async #release(unit: string, { claim, fence }: Held): Promise<void> {
    this.#held.delete(unit);
    await this.#record(unit, { kind: "release", fence }, async () => {
      const { outcome } = await this.#command("claim.release", { claim, fence });
      if (outcome === null) return null;
      if (outcome.ok) return { kind: "released" };
      if (outcome.error.code === "stale_token") return { kind: "stale" };
      throw new Error(outcome.error.message);
    });
  }

  async #read(unit: string): Promise<void> {
    await this.#record(unit, { kind: "read" }, async () => {
      const outcome = await this.#request("claim.list", { units: [unit] });
      if (outcome === null) return null;
      if (!outcome.ok) throw new Error(outcome.error.message);
      const { claims } = outcome.value as { claims: { holder: string; fence: number }[] };
      const [claim] = claims;
      return { kind: "seen", holder: claim?.holder ?? null, fence: claim?.fence ?? null };
    });
  }

  async #record(
    unit: string,
    input: LockInput,
    ask: () => Promise<LockOutput | null>,
  ): Promise<void> {
    const { recorder, name } = this.#options;
    const calledAt = recorder.next();
    const output = await ask();
    const answeredAt = output === null ? Infinity : recorder.next();
    const operations = recorder.history.get(unit) ?? [];
    operations.push({ process: name, input, output, calledAt, answeredAt });
    recorder.history.set(unit, operations);
  }

  /** Asks until somebody answers; or, half of the time a connection breaks, not again. */
  async #command(method: "claim.acquire" | "claim.release", params: unknown): Promise<Heard> {
    this.#n += 1;
    const { name, random } = this.#options;
    const commandId: CommandId = { client: `${name}.${this.#life}`, n: this.#n };
    for (let copies = 1; ; copies += 1) {
      const outcome = await this.#request(method, params, commandId);
      if (outcome !== null) return { outcome, isRepeated: copies > 1 };
      if (random.chance(0.5)) continue;
      this.#life += 1;
      return { outcome: null, isRepeated: copies > 1 };
    }
  }

  /** Null: the connection broke, or its server stopped, before an answer. */
  async #request(
    method: keyof typeof coordinatorMethods,
    params: unknown,
    commandId?: CommandId,
  ): Promise<Outcome<unknown> | null> {
    this.#peer ??= await this.#connect();
    const options = commandId === undefined ? {} : { commandId };
    const outcome: Outcome<unknown> = await this.#peer.request(method, params as never, options);
    if (outcome.ok || outcome.error.code !== "unavailable") return outcome;
    this.#peer.close();
    this.#peer = null;
    this.#turn += 1;
    return null;
  }

  async #connect(): Promise<CoordinatorPeer> {
    const { servers, name } = this.#options;
    for (;;) {
      const server = servers[this.#turn % servers.length];
      if (server === undefined) throw new Error("no servers");
      await server.ready;
      const token = mintToken(workspaceKey, { role: "client" });
      const connected = await dial({
        socket: server.socket,
        hello: { role: "client", token, name, version: "0.0.0" },
        serves: coordinatorPushMethods,
        handlers: {
          "claim.granted": () => accepted({}),
          "claim.lost": () => accepted({}),
          "task.lost": () => accepted({}),
        },
        calls: coordinatorMethods,
      });
      if (connected.ok) return connected.value.peer;
      // Killed between its word and our call: its next life is on its way.
      this.#turn += 1;
    }
  }
}
