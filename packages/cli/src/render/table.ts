/**
 * Rows in aligned columns for a person, tab-separated for a pipe.
 */
import { stripVTControlCharacters } from "node:util";

export type Row = readonly string[];

/** The last column is not padded and may be cut to the terminal's width. */
export function renderTable(header: Row, rows: readonly Row[], columns: number): string[] {
  const widths = header.map((title, index) =>
    Math.max(width(title), ...rows.map((row) => width(row[index] ?? ""))),
  );
  return [header, ...rows].map((row) => {
    const cells = row.map((cell, index) =>
      index === row.length - 1 ? cell : cell + " ".repeat((widths[index] ?? 0) - width(cell)),
    );
    return cut(cells.join("  ").trimEnd(), columns);
  });
}

export function renderPlain(header: Row, rows: readonly Row[]): string[] {
  return [header, ...rows].map((row) => row.join("\t"));
}

/** Control characters would let one pod's text rewrite another's line. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
}

function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

function cut(line: string, columns: number): string {
  return width(line) <= columns || line !== stripVTControlCharacters(line)
    ? line
    : `${line.slice(0, columns - 1)}…`;
}

/** A table for a person, tab-separated lines for a pipe. */
export function printRows(
  terminal: { print(line: string): void; isTable: boolean; columns: number },
  header: Row,
  rows: readonly Row[],
): void {
  const lines = terminal.isTable
    ? renderTable(header, rows, terminal.columns)
    : renderPlain(header, rows);
  for (const line of lines) terminal.print(line);
}
