/** Where `pod logs` puts what it finds: lines for a person, or JSON for programs. */
import type { HistoryItem, LogEventEnvelope, ReceivedPodEvent } from "@podlane/protocol";
import { historyItemJson, podEventJson } from "../json/history-json.ts";
import { logEventJson } from "../json/log-event-json.ts";
import type { LogsJson } from "../json/logs-json.ts";
import { clockTime, eventLine, historyLines } from "../render/history-lines.ts";
import { logEventLine } from "../render/log-event-line.ts";
import type { Terminal } from "../terminal.ts";

export interface LogSink {
  output(text: string): void;
  item(item: HistoryItem): void;
  event(event: LogEventEnvelope): void;
  below(event: ReceivedPodEvent): void;
}

export function textSink(terminal: Terminal): LogSink {
  return {
    output: (text) => terminal.write(text),
    item: (item) => historyLines(item).forEach((line) => terminal.print(line)),
    event: (event) => terminal.print(logEventLine(event)),
    below: (event) =>
      terminal.print(`      ${clockTime(event.at)} from below: ${eventLine(event)}`),
  };
}

export function jsonSink(terminal: Terminal, pod: string): LogSink {
  const put = (line: LogsJson) => terminal.json(line);
  return {
    output: (text) => text !== "" && put({ pod, output: text }),
    item: (item) => put({ pod, item: historyItemJson(item) }),
    event: (event) => put({ pod, event: logEventJson(event) }),
    below: (event) => put({ pod, below: podEventJson(event) }),
  };
}
