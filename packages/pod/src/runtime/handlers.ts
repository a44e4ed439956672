/**
 * The pod's methods: reads answered from the session, changes given to the controller, tools and
 * spawns to those who own them.
 */
import { randomUUID } from "node:crypto";
import {
  accepted,
  type Call,
  type CommandId,
  type Outcome,
  type ParsedParamsOf,
  type PodMethods,
  type Receipt,
  refused,
  type ResultOf,
} from "@podlane/protocol";
import type { CoreMethod, MethodInput } from "../core/input.ts";
import { statusOf } from "../core/views.ts";
import { type PodHandlers, senderOf } from "../link/pod-server.ts";
import type { Session } from "../session/session.ts";
import type { Children } from "./children.ts";
import type { ControllerLoop } from "./controller-loop.ts";
import type { OwnSession } from "./own-session.ts";
import type { ReceiptWaits } from "./receipt-waits.ts";
import type { TurnRunner } from "./turn-runner.ts";

export interface HandlerOptions {
  readonly own: OwnSession;
  readonly receipts: ReceiptWaits;
  readonly children: Pick<Children, "list" | "spawn">;
  readonly runner: Pick<TurnRunner, "callTool">;
}

export function createHandlers(options: HandlerOptions): PodHandlers {
  const { own, receipts, children, runner } = options;
  const { loop, session, output, streams } = own;
  const core = <M extends CoreMethod>(method: M) => coreHandler(method, loop, session);
  return {
    run: core("run"),
    notify: core("notify"),
    steer: core("steer"),
    pause: core("pause"),
    resume: core("resume"),
    cancel: core("cancel"),
    shutdown: core("shutdown"),
    pod_event: async ({ event }) => {
      // Beyond the highest number taken in nothing can be a repeat: the store need not be asked.
      const isKnown = event.seq <= (loop.state.marks[event.podId] ?? 0);
      const duplicate = isKnown && session.inbox.has(event.podId, event.seq);
      const boundary = newBoundary();
      const outcome = await loop.request((requestId) => {
        return { kind: "pod_event", requestId, event, duplicate, boundary };
      });
      return outcome as Outcome<{ seq: number }>;
    },
    spawn: async (request, call) => {
      const spawned = await children.spawn(request, call.signal);
      return spawned.ok ? accepted({ pod: spawned.value }) : spawned;
    },
    get_history: ({ fromSeq, limit, notificationsOnly }) =>
      accepted(session.readHistory({ fromSeq, limit, notificationsOnly })),
    get_status: () => accepted(statusOf(loop.state)),
    list_children: () => accepted({ children: [...children.list()] }),
    subscribe: ({ fromSeq, lanes }, call) => streams.open(fromSeq, lanes, call),
    answer_input: ({ requestId }) => {
      if (!loop.state.approvals.includes(requestId)) {
        return refused("not_found", `no input request ${requestId} waits here`);
      }
      loop.dispatch({ kind: "input_answered", requestId });
      return accepted({});
    },
    read_output: ({ cursor, limit }) => accepted(output.read(cursor, limit)),
    get_receipt: ({ commandId }) => findReceipt(session, commandId),
    await_receipt: ({ commandId, state }, call) => {
      const receipt = findReceipt(session, commandId);
      return receipt.ok ? receipts.until(receipt.value, state, call.signal) : receipt;
    },
    tool_call: async ({ tool, params }) => accepted(await runner.callTool(tool, params)),
  };
}

function coreHandler<M extends CoreMethod>(method: M, loop: ControllerLoop, session: Session) {
  return async (
    params: ParsedParamsOf<PodMethods, M>,
    call: Call,
  ): Promise<Outcome<ResultOf<PodMethods, M>>> => {
    const commandId = call.commandId ?? null;
    const repeated = commandId === null ? null : session.commands.find(commandId);
    if (repeated !== null) return accepted(repeated.value as ResultOf<PodMethods, M>);
    const sender = senderOf(call.principal);
    const boundary = newBoundary();
    const outcome = await loop.request((requestId) => {
      return {
        kind: "method",
        requestId,
        method,
        params,
        sender,
        commandId,
        boundary,
      } as MethodInput;
    });
    return outcome as Outcome<ResultOf<PodMethods, M>>;
  };
}

function findReceipt(session: Session, commandId: CommandId): Outcome<Receipt> {
  const receipt = session.messages.receiptOf(commandId);
  const name = `${commandId.client}/${commandId.n}`;
  return receipt === null ? refused("not_found", `no message ${name}`) : accepted(receipt);
}

/** What fences a text a model is shown must not be guessable by who wrote the text. */
export function newBoundary(): string {
  return randomUUID().replaceAll("-", "");
}
