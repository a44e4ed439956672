/**
 * Where a command writes: data on stdout, talk on stderr. Knows whether a person is looking.
 */
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  /** One line of data. */
  print(line: string): void;
  /** Data as it is, line ends included. */
  write(text: string): void;
  /** One line of talk. */
  say(line: string): void;
  /** A value as one line of JSON on stdout. */
  json(value: unknown): void;
  style(style: Style, text: string): string;
  /** Replaces the last live block on stderr; only where `live` is true. */
  redraw(lines: readonly string[]): void;
  readonly live: boolean;
  readonly isTable: boolean;
  readonly columns: number;
  readonly rows: number;
}

interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
}

export function createTerminal({ stdout, stderr, environment }: Streams): Terminal {
  const plain = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  const live = stderr.isTTY && !plain;
  let drawn = 0;
  const erase = () => {
    if (drawn > 0) stderr.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  return {
    print: (line) => {
      erase();
      stdout.write(`${line}\n`);
    },
    write: (text) => void stdout.write(text),
    say: (line) => {
      erase();
      stderr.write(`${line}\n`);
    },
    json: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    style: (style, text) => (stdout.isTTY && !plain ? styleText(style, text) : text),
    redraw: (lines) => {
      erase();
      for (const line of lines) stderr.write(`${line}\n`);
      drawn = lines.length;
    },
    live,
    isTable: stdout.isTTY,
    columns: stdout.columns ?? stderr.columns ?? 100,
    rows: stderr.rows ?? 24,
  };
}
