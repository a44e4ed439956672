/**
 * What the run left behind, read through the `pod` command as anybody would: the pods, the log,
 * the sessions, the repository.
 */
import type { Stage } from "./stage.ts";

/** The fields of `pod ps --json` that the demo looks at. */
export interface PodView {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly parent: string | null;
  readonly task: string | null;
  readonly exit: { readonly cause: string } | null;
}

/** One line of `pod events --json`. */
export interface LogLine {
  readonly seq: number;
  readonly kind: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The fields of `pod history --json` that the demo looks at. */
export interface HistoryEntry {
  readonly type: string;
  readonly text?: string;
  readonly tool?: string;
  readonly ok?: boolean;
  readonly code?: string | null;
  readonly cause?: string;
  readonly shownInTurn?: number | null;
}

export interface Evidence {
  readonly pods: readonly PodView[];
  readonly log: readonly LogLine[];
  readonly history: ReadonlyMap<string, readonly HistoryEntry[]>;
  /** Subjects of every commit on main since the run began. */
  readonly landed: readonly string[];
  readonly files: readonly string[];
}

export function gatherEvidence(stage: Stage, base: string): Evidence {
  const { pods } = JSON.parse(stage.ask(["ps", "-a", "--json"])) as { pods: PodView[] };
  const lines = stage.ask(["events", "--since", "0", "--json"]).split("\n");
  const log = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as LogLine);
  const history = new Map(
    pods.map(({ id, name }) => {
      const answer = stage.ask(["history", id, "--json"]);
      return [name, (JSON.parse(answer) as { items: HistoryEntry[] }).items];
    }),
  );
  const landed = stage.git(["log", "--format=%s", `${base}..main`]).split("\n");
  const files = stage.git(["diff", "--name-only", base, "main"]).split("\n");
  return { pods, log, history, landed, files };
}
