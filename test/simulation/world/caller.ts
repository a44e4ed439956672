/**
 * A process that calls: it numbers its commands, repeats each under its number until somebody
 * answers, at another server if need be, and takes the first answer there is.
 */
import type { z } from "zod";
import type { CommandId, Outcome } from "@podlane/protocol";
import type { Command } from "../../../packages/coordinator/src/core/command.ts";
import type { Actor } from "../../../packages/coordinator/src/core/event.ts";
import { workspaceRules } from "../../../packages/coordinator/src/core/workspace-rules.ts";
import { servedMethods } from "../../../packages/coordinator/src/shell/methods.ts";
import type { Cluster } from "./cluster.ts";
import type { Random } from "./random.ts";
import type { Server } from "./server.ts";

const patienceMs = 400;
const maxPatienceMs = 3_000;

interface Call {
  readonly command: Command;
  readonly fromSeq: number;
  readonly resolve: (outcome: Outcome<unknown>) => void;
  tries: number;
  isOver: boolean;
}

/** As the server's edge lets them in: whole, with what was left out filled in. */
function readParams(method: string, params: unknown): unknown {
  const methods: Readonly<Record<string, { readonly params: z.ZodType } | undefined>> =
    servedMethods;
  const known = methods[method];
  if (known === undefined) throw new Error(`${method} is not served`);
  return known.params.parse(params);
}

export class Caller {
  readonly actor: Actor;
  readonly #cluster: Cluster;
  readonly #client: string;
  readonly #random: Random;
  readonly #open = new Set<Call>();
  #home: number;
  #n = 0;
  #isDead = false;
  /** Called when the caller turns to another server. */
  onMove: (server: Server) => void = () => {};

  /** `client` names the process: another life of the same actor needs another name. */
  constructor(cluster: Cluster, actor: Actor, client: string) {
    this.actor = actor;
    this.#cluster = cluster;
    this.#client = client;
    this.#random = cluster.world.random.fork(client);
    this.#home = this.#random.int(0, cluster.servers.length - 1);
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get home(): Server {
    const { servers } = this.#cluster;
    const server = servers[this.#home % servers.length];
    if (server === undefined) throw new Error("a cluster without servers");
    return server;
  }

  /** Never rejects. Never resolves once the caller is dead. */
  call(method: string, params: unknown = {}): Promise<Outcome<unknown>> {
    const { actor } = this;
    const isQuery = workspaceRules.isQuery(method);
    const commandId: CommandId | undefined = isQuery ? undefined : this.#nextId();
    const whole = readParams(method, params);
    const command: Command = { method, params: whole, actor, ...(commandId && { commandId }) };
    const fromSeq = this.#cluster.store.head.seq;
    return new Promise((resolve) => {
      if (this.#isDead) return;
      const call: Call = { command, fromSeq, resolve, tries: 0, isOver: false };
      this.#open.add(call);
      this.#cluster.open.calls += 1;
      this.#send(call);
    });
  }

  /** The process is gone: nobody waits for its answers any more. */
  end(): void {
    this.#isDead = true;
    for (const call of this.#open) this.#close(call);
  }

  #nextId(): CommandId {
    this.#n += 1;
    return { client: this.#client, n: this.#n };
  }

  #send(call: Call): void {
    const { network, world } = this.#cluster;
    call.tries += 1;
    const server = this.home;
    network.send(() =>
      server.receive(call.command, (outcome) => {
        network.send(() => this.#arrive(call, outcome));
      }),
    );
    const waitMs = Math.min(maxPatienceMs, patienceMs * call.tries) + this.#random.int(0, 100);
    const { tries } = call;
    world.timeline.after(waitMs, () => {
      if (!call.isOver && call.tries === tries) this.#sendElsewhere(call);
    });
  }

  #sendElsewhere(call: Call): void {
    this.#home += 1;
    this.onMove(this.home);
    this.#send(call);
  }

  #arrive(call: Call, outcome: Outcome<unknown>): void {
    if (call.isOver) return;
    const { world, store } = this.#cluster;
    const { method, params, actor, commandId } = call.command;
    // What the replica itself refuses for now is told apart from what the rules refuse for good.
    if (!outcome.ok && (outcome.error.code === "unavailable" || outcome.error.code === "busy")) {
      return;
    }
    this.#close(call);
    world.say(() => {
      const text = outcome.ok ? JSON.stringify(outcome.value) : outcome.error.code;
      const id = commandId === undefined ? "" : ` #${commandId.n}`;
      return `${actor.id}${id} ${method} ${JSON.stringify(params)} → ${text.slice(0, 160)}`;
    });
    const { fromSeq } = call;
    const toSeq = store.head.seq;
    this.#cluster.judge({ actor, method, params, commandId, outcome, fromSeq, toSeq });
    call.resolve(outcome);
  }

  #close(call: Call): void {
    call.isOver = true;
    this.#open.delete(call);
    this.#cluster.open.calls -= 1;
  }
}
