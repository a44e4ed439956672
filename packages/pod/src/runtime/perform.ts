/**
 * Carries out what the controller asks for. Effects that share the worktree run one after another
 * in the order in which they were asked for; the others at once.
 */
import type { Generation, PodId } from "@podlane/protocol";
import type { Effect, EffectOf } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import type { Reporter } from "../link/reporter.ts";
import { InOrder } from "./in-order.ts";
import type { Perform } from "./controller-loop.ts";
import type { ReceiptWaits } from "./receipt-waits.ts";
import type { Streams } from "./streams.ts";
import type { Timers } from "./timers.ts";
import type { TurnEnding } from "./turn-ending.ts";
import type { TurnRunner } from "./turn-runner.ts";
import type { TurnSlot } from "./turn-slot.ts";

export interface PerformOptions {
  readonly pod: PodId;
  readonly generation: Generation;
  readonly dispatch: (input: Input) => void;
  readonly reporter: Reporter;
  readonly slot: TurnSlot;
  readonly runner: TurnRunner;
  readonly ending: TurnEnding;
  readonly timers: Timers;
  readonly receipts: ReceiptWaits;
  readonly streams: Streams;
  readonly leave: (cause: EffectOf<"exit">["cause"]) => void;
  readonly onFault: (fault: unknown) => void;
}

export function createPerform(options: PerformOptions): Perform {
  const { dispatch, ending, runner, onFault } = options;
  const inOrder = new InOrder();
  const later = (job: () => Promise<void> | void) => {
    inOrder.run(async () => job()).catch(onFault);
  };
  return (effect) => {
    switch (effect.kind) {
      case "persist":
      case "emit":
      case "reply":
        // The controller loop has seen to these.
        return;
      case "receipt_changed":
        return options.receipts.changed(effect.receipt);
      case "request_turn":
        void requestTurn(effect, options).catch(onFault);
        return;
      case "start_turn":
        return later(() => start(effect));
      case "deliver":
        return later(() => runner.deliver(effect));
      case "join_child":
        return later(() => ending.join(effect));
      case "close_turn":
        return later(() => ending.close(effect));
      case "end_turn":
        // The agent is stopped at once: what waits in line may be waiting for it.
        void runner.interrupt().catch(onFault);
        return later(() => ending.stop(effect));
      case "report_turn_end":
      case "report_transition":
      case "report_quiet":
        return report(effect, options);
      case "set_timer":
        return options.timers.set(effect.name, effect.atMs);
      case "clear_timer":
        return options.timers.clear(effect.name);
      case "exit":
        return options.leave(effect.cause);
      case "log_control":
        return options.streams.control(effect.seq, effect);
      default:
        return effect satisfies never;
    }
  };

  async function start(effect: EffectOf<"start_turn">) {
    if (!effect.resumed) await ending.turnStarts();
    runner.start(effect);
  }

  /** Behind the end of the turn before it: the log has one turn of a pod at a time. */
  async function requestTurn(effect: EffectOf<"request_turn">, { slot, reporter }: PerformOptions) {
    await reporter.flushed();
    const admitted = await slot.request(effect.turn, effect.cause, effect.resumed);
    if (admitted) dispatch({ kind: "turn_admitted", turn: effect.turn });
  }
}

type ReportEffect = Extract<
  Effect,
  { kind: "report_turn_end" | "report_transition" | "report_quiet" }
>;

function report(effect: ReportEffect, options: PerformOptions): void {
  const { pod, generation, reporter, slot, dispatch } = options;
  switch (effect.kind) {
    case "report_turn_end": {
      const { kind: _, ...end } = effect;
      slot.end();
      return reporter.report("pod.turn_end", { pod, generation, ...end }, () =>
        dispatch({ kind: "turn_reported", turn: effect.turn }),
      );
    }
    case "report_transition": {
      const { state, waiting } = effect;
      return reporter.report("pod.transition", { pod, generation, state, waiting });
    }
    case "report_quiet": {
      const { outboxSeq, inbox } = effect;
      return reporter.report("pod.settled", { pod, generation, outboxSeq, inbox });
    }
  }
}
