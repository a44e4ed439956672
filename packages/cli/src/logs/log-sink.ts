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
  /** There is no more: what is left of a line is put out. */
  close(): void;
}

export function textSink(terminal: Terminal): LogSink {
  return {
    output: (text) => terminal.write(text),
    item: (item) => historyLines(item).forEach((line) => terminal.print(line)),
    event: (event) => terminal.print(logEventLine(event)),
    below: (event) =>
      terminal.print(`      ${clockTime(event.at)} from below: ${eventLine(event)}`),
    close: () => {},
  };
}

/** One of several pods: each line says whose it is, and none is cut by another pod's. */
export function namedTextSink(terminal: Terminal, pod: string): LogSink {
  const print = (line: string) => terminal.print(`${pod} | ${line}`);
  let begun = "";
  return {
    output(text) {
      const lines = `${begun}${text}`.split("\n");
      begun = (lines.pop() ?? "").slice(-maxBegunLine);
      lines.forEach(print);
    },
    item: (item) => historyLines(item).forEach(print),
    event: (event) => print(logEventLine(event)),
    below: (event) => print(`${clockTime(event.at)} from below: ${eventLine(event)}`),
    close() {
      if (begun !== "") print(begun);
      begun = "";
    },
  };
}

/** Of a line without an end only this much is kept, in characters. */
const maxBegunLine = 64 * 1_024;

export function jsonSink(terminal: Terminal, pod: string): LogSink {
  const put = (line: LogsJson) => terminal.json(line);
  return {
    output: (text) => text !== "" && put({ pod, output: text }),
    item: (item) => put({ pod, item: historyItemJson(item) }),
    event: (event) => put({ pod, event: logEventJson(event) }),
    below: (event) => put({ pod, below: podEventJson(event) }),
    close: () => {},
  };
}
