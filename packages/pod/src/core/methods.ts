/**
 * The methods that change what a pod does, each for idle, running and paused (protocol: methods of
 * a pod). While stopping every one of them is refused.
 */
import type { ErrorCode, PodState } from "@podlane/protocol";
import type { Asker, Draft } from "./draft.ts";
import type { CoreMethod, MethodInput } from "./input.ts";
import { takeMessage } from "./messages.ts";
import { shutDown } from "./stopping.ts";
import { requestTurn, type WantedTurn } from "./turn-request.ts";
import { cancelTurn, pauseTurn, resumeTurn, runAfterPaused } from "./turns.ts";

export function callMethod(draft: Draft, input: MethodInput): void {
  const { phase } = draft.state;
  if (phase === "stopping") {
    return refuse(draft, input, "unavailable", "the pod is stopping; it takes nothing new");
  }
  switch (input.method) {
    case "run":
      return run(draft, input);
    case "notify":
      return takeMessage(draft, input, { kicks: input.params.autoRun, urgent: false });
    case "steer":
      return takeMessage(draft, input, { kicks: true, urgent: true });
    case "pause":
      return pause(draft, input);
    case "resume":
      return resume(draft, input);
    case "cancel":
      return cancel(draft, input);
    case "shutdown":
      return shutDown(draft, input);
    default:
      return input satisfies never;
  }
}

type Call<M extends CoreMethod> = Extract<MethodInput, { method: M }>;

function run(draft: Draft, input: Call<"run">): void {
  const { phase, nextTurn } = draft.state;
  if (phase === "running" || nextTurn !== null) {
    return refuse(draft, input, "already_running", "a turn runs; notify or steer it, or cancel it");
  }
  const wanted: WantedTurn = { cause: "user", input: input.params.input, sender: input.sender };
  const turn = phase === "paused" ? runAfterPaused(draft, wanted) : requestTurn(draft, wanted);
  draft.answer(askerOf(input), { turn });
}

function pause(draft: Draft, input: Call<"pause">): void {
  if (draft.state.phase !== "running") return refuseState(draft, input, "not_running");
  pauseTurn(draft);
  draft.answer(askerOf(input), {});
}

function resume(draft: Draft, input: Call<"resume">): void {
  if (draft.state.phase !== "paused" || draft.state.turn?.state !== "paused") {
    return refuseState(draft, input, "not_paused");
  }
  resumeTurn(draft);
  draft.answer(askerOf(input), {});
}

function cancel(draft: Draft, input: Call<"cancel">): void {
  if (draft.state.turn === null) return refuseState(draft, input, "not_running");
  cancelTurn(draft, askerOf(input), input.params.keepPartial);
}

function refuseState(draft: Draft, input: MethodInput, code: "not_running" | "not_paused"): void {
  const phase: PodState = draft.state.phase;
  const wanted = code === "not_running" ? "a running turn" : "a paused turn";
  refuse(draft, input, code, `${input.method} needs ${wanted}; the pod is ${phase}`);
}

function refuse(draft: Draft, input: MethodInput, code: ErrorCode, message: string): void {
  draft.refuse(input.requestId, code, message);
}

function askerOf({ requestId, commandId }: MethodInput): Asker {
  return { requestId, commandId };
}
