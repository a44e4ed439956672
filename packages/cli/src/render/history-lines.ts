/**
 * History items as lines for a person. What an agent or child wrote is shown on lines of its own,
 * cleaned of control characters, so that it cannot pass for ours.
 */
import { type HistoryItem, textOf, type ReceivedPodEvent } from "@podlane/protocol";
import { oneLine } from "./table.ts";

/** A tool's parameters can be a whole file. */
const maxLineCharacters = 400;

export function historyLines(item: HistoryItem): string[] {
  const time = clockTime(item.at);
  const turn = item.turn === null ? "-" : `t${item.turn}`;
  return contentLines(item).map((line, index) =>
    index === 0 ? `${time} ${turn.padEnd(3)} ${line}` : `             ${line}`,
  );
}

/** Hours to seconds, local time: what people compare with their clock. */
export function clockTime(ms: number): string {
  const date = new Date(ms);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function contentLines(item: HistoryItem): string[] {
  switch (item.type) {
    case "user":
      return texts(`${item.sender.name}:`, textOf(item.input));
    case "assistant":
      return texts("says:", item.text);
    case "tool_call":
      return [short(`calls ${item.tool} ${JSON.stringify(item.params)}`)];
    case "tool_result":
      return texts(item.ok ? "→ ok" : `→ refused ${item.code ?? ""}`, item.text);
    case "notification":
      return [item.cause === "message" ? messageLine(item) : short(eventLine(item.event))];
    case "system":
      return [systemLine(item.event)];
  }
}

function messageLine(item: Extract<HistoryItem, { cause: "message" }>): string {
  const { sender, text } = item.message;
  return short(`message from ${sender.name}: ${oneLine(text)}${shown(item.shownInTurn)}`);
}

function shown(turn: number | null): string {
  return turn === null ? " (not shown yet)" : ` (shown in turn ${turn})`;
}

/** One line of what a child told. */
export function eventLine(event: ReceivedPodEvent): string {
  return oneLine(`${event.podName} ${event.kind} ${eventDetail(event)}`);
}

function eventDetail(event: ReceivedPodEvent): string {
  switch (event.kind) {
    case "turn_ended":
      return `turn ${event.turn}: ${event.result.summary}`;
    case "turn_stopped":
      return `turn ${event.turn}: ${event.outcome}`;
    case "errored":
      return `${event.code}${event.fatal ? " (fatal)" : ""}: ${event.message}`;
    case "shut_down":
      return event.cause;
    case "input_requested":
    case "needs_input":
      return event.request.text;
    case "state_changed":
      return event.state;
    case "scope_sub_delegated":
      return `to ${event.subName}`;
    case "scope_returned":
      return `from ${event.subPod}`;
    case "artifact_ready":
      return event.artifact.id;
    case "unknown":
      return event.originalKind;
  }
}

function systemLine(event: Extract<HistoryItem, { type: "system" }>["event"]): string {
  switch (event.kind) {
    case "turn_started":
      return `turn begins (${event.cause})`;
    case "turn_closed":
      return short(`turn ends: ${event.outcome} ${oneLine(event.text)}`.trimEnd());
    case "restarted":
      return `restarted as generation ${event.generation}`;
  }
}

function texts(title: string, text: string): string[] {
  const lines = text.trimEnd().split("\n").map(oneLine);
  if (lines.length === 1) return [short(`${title} ${lines[0] ?? ""}`.trimEnd())];
  return [title, ...lines.map((line) => short(`  ${line}`))];
}

function short(line: string): string {
  return line.length <= maxLineCharacters ? line : `${line.slice(0, maxLineCharacters - 1)}…`;
}
