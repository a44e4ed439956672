/**
 * The lane boundary. Control-lane events keep registries and scopes right and are never seen by a
 * model; agent-lane events become notifications in history and may wake an idle pod.
 *
 * Visibility depends on the kind alone: never on whether the event renders, never on the receiver.
 * A new PodEvent kind does not compile until it is given a lane here.
 */
import type {
  Errored,
  InputRequested,
  ReceivedPodEvent,
  ShutDown,
  TurnEnded,
  TurnStopped,
} from "./pod-event.ts";

export type Lane = "control" | "agent";

/** Only these may enter a notify buffer, history, a model's context, or start a turn. */
export type AgentVisiblePodEvent = TurnEnded | TurnStopped | Errored | ShutDown | InputRequested;
export type ControlPodEvent = Exclude<ReceivedPodEvent, AgentVisiblePodEvent>;

export function laneOf(event: ReceivedPodEvent): Lane {
  switch (event.kind) {
    case "turn_ended":
    case "turn_stopped":
    case "errored":
    case "shut_down":
    case "input_requested":
      return "agent";
    case "needs_input":
    case "scope_sub_delegated":
    case "scope_returned":
    case "state_changed":
    case "artifact_ready":
    case "unknown":
      return "control";
    default:
      return unclassified(event);
  }
}

/** Whether the event enters the parent's history and can wake it. */
export function shouldNotifyAgent(event: ReceivedPodEvent): event is AgentVisiblePodEvent {
  return laneOf(event) === "agent";
}

function unclassified(event: never): never {
  throw new Error(`a PodEvent kind without a lane: ${JSON.stringify(event)}`);
}
