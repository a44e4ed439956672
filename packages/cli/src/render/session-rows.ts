/** Registrations in a table. */
import type { Registration } from "@podlane/protocol";
import type { Terminal } from "../terminal.ts";
import { renderDuration } from "./duration.ts";
import { oneLine, printRows } from "./table.ts";

const header = ["ID", "NAME", "TYPE", "STATUS", "SEEN", "CAPABILITIES", "TASK"];

export function printSessions(
  terminal: Terminal,
  sessions: readonly Registration[],
  nowMs: number,
): void {
  const rows = sessions.map((one) => [
    one.id,
    oneLine(one.agentName),
    oneLine(one.agentType),
    one.status,
    renderDuration(Math.max(0, nowMs - one.lastSeenMs)),
    oneLine(one.capabilities.join(" ")),
    oneLine((one.currentTask ?? "").slice(0, 120)),
  ]);
  printRows(terminal, header, rows);
}
