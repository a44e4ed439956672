/** A real command that a test has started: what it prints, how it ends. */
import { spawn } from "node:child_process";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves with the first line of stdout or stderr that holds or matches this. */
  printed(wanted: string | RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** The reader of this stream leaves, as `head` does. */
  closeReader(stream: "stdout" | "stderr"): void;
}

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

export function startCommand({ file, args, cwd, environment }: CommandLine): RunningCommand {
  const child = spawn(file, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  const looking = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (part: string) => {
      text[name] += part;
      for (const look of looking) look();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, ...text }));
  });
  const printed = async (wanted: string | RegExp): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const look = () => {
      const line = findLine(text.stdout, wanted) ?? findLine(text.stderr, wanted);
      if (line !== undefined) resolve(line);
    };
    looking.add(look);
    look();
    const over = ended.then(({ stdout, stderr }) => {
      throw new Error(`it ended without printing ${String(wanted)}:\n${stdout}\n${stderr}`);
    });
    return Promise.race([promise, over]).finally(() => looking.delete(look));
  };
  return {
    pid: child.pid ?? 0,
    ended,
    printed,
    kill: (signal) => void child.kill(signal),
    closeReader: (stream) => void child[stream].destroy(),
  };
}

function findLine(text: string, wanted: string | RegExp): string | undefined {
  const isIt = (line: string) =>
    typeof wanted === "string" ? line.includes(wanted) : wanted.test(line);
  return text.split("\n").find(isIt);
}
