/** The child of the events bench: a session with an outbox, and a link to the parent's socket. */
import { join } from "node:path";
import { Name, type PodEvent, PodId, podMethods, type Role } from "@podlane/protocol";
import { dial, mintToken } from "@podlane/protocol/node";
import { openSession } from "@podlane/pod";
import { ParentLink } from "../../packages/pod/src/link/parent-link.ts";
import { expectOk } from "../workspace.ts";

export interface ChildTask {
  readonly folder: string;
  readonly key: readonly number[];
  readonly socket: string;
}

export interface ChildResult {
  /** From before the outbox's write to the parent's acknowledgement. */
  readonly durableMs: number;
  /** From before the outbox's write to the parent's history, as a follower of it sees. */
  readonly shownMs: number;
}

const podId = PodId.parse("pbenchxx1");
const name = Name.parse("child");
const generation = 1;

async function connectAs(role: Role, { key, socket }: Pick<ChildTask, "key" | "socket">) {
  const token = mintToken(Uint8Array.from(key), { role });
  const hello = { role, token, name, version: "0" };
  const calls = { calls: podMethods, serves: {}, handlers: {} };
  return expectOk(await dial({ socket, hello, ...calls })).peer;
}

async function connect({ folder, key, socket }: ChildTask) {
  const session = openSession(join(folder, "child.db"), { podId, generation });
  // Not on the log, it is no kin of the parent: it delivers as a host does for a dead child.
  const peer = await connectAs("host", { key, socket });
  const follower = await connectAs("operator", { key, socket });
  let acknowledged = Promise.withResolvers<number>();
  let shown = Promise.withResolvers<number>();
  let closed = Promise.withResolvers<void>();
  const onEvent = (_seq: number, data: unknown) => {
    const { item } = data as { item: { type: string; event?: { kind: string } } };
    if (item.type === "notification") shown.resolve(performance.now());
    if (item.type === "system" && item.event?.kind === "turn_closed") closed.resolve();
  };
  const lost = () => {
    throw new Error("the parent's history has a gap");
  };
  const follow = { fromSeq: 0, lanes: ["agent" as const] };
  expectOk(await follower.watch("subscribe", follow, { onEvent, onGap: lost, onEnd: lost }));
  const link = new ParentLink({
    pending: (limit) => session.outbox.pending(limit),
    deliver: (event) => peer.request("pod_event", { event }),
    warn: (message) => process.stderr.write(`${message}\n`),
    onAcknowledged: (seq) => {
      acknowledged.resolve(performance.now());
      session.outbox.ack(seq);
    },
  });
  return {
    send: async (): Promise<ChildResult> => {
      acknowledged = Promise.withResolvers();
      shown = Promise.withResolvers();
      closed = Promise.withResolvers();
      const event = nextEvent(session.outbox.lastSeq() + 1);
      const startedMs = performance.now();
      session.outbox.append(event);
      link.offer([event]);
      const durableMs = (await acknowledged.promise) - startedMs;
      const shownMs = (await shown.promise) - startedMs;
      await closed.promise;
      return { durableMs, shownMs };
    },
  };
}

function nextEvent(seq: number): PodEvent {
  const usage = { inputTokens: 0, outputTokens: 0, costMicroUsd: 0, toolCalls: 0, durationMs: 1 };
  const result = {
    summary: "did what was asked",
    artifacts: [],
    branch: null,
    commit: null,
    usage,
  };
  const sender = { podId, podName: name, generation, at: Date.now() };
  return { kind: "turn_ended", ...sender, seq, turn: seq, outcome: "finished", result };
}

let connection: ReturnType<typeof connect> | undefined;

process.on("message", (task: ChildTask) => {
  void answer(task);
});

async function answer(task: ChildTask): Promise<void> {
  const { send } = await (connection ??= connect(task));
  process.send?.(await send());
}

process.on("disconnect", () => process.exit(0));
