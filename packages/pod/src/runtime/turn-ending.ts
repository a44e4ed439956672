/**
 * The work around a turn's end: stop or await the agent, commit what is dirty in scope, give the
 * claims back, and say what came of it. Also joins children's commits between steps.
 */
import type { Outcome, TurnResult } from "@podlane/protocol";
import type { EffectOf } from "../core/effect.ts";
import type { ChildJoinedInput, TurnClosedInput } from "../core/input.ts";
import { cutText } from "./cut-text.ts";
import type { DenialReports } from "./denials.ts";
import type { HeldClaims } from "./held-claims.ts";
import type { PodWorktree } from "./pod-worktree.ts";
import type { TurnRunner } from "./turn-runner.ts";
import type { UsageMeter } from "./usage-meter.ts";

export interface TurnEndingOptions {
  readonly worktree: PodWorktree;
  readonly runner: TurnRunner;
  readonly claims: HeldClaims;
  readonly usage: UsageMeter;
  readonly denials: DenialReports;
  readonly dispatch: (input: TurnClosedInput | ChildJoinedInput) => void;
  readonly nameOf: (child: string) => string;
  readonly warn: (message: string) => void;
}

export class TurnEnding {
  readonly #options: TurnEndingOptions;
  #lastLeftOut = "";

  constructor(options: TurnEndingOptions) {
    this.#options = options;
  }

  /** Remembers what a cancelled turn without its work goes back to. */
  turnStarts(): Promise<void> {
    return this.#options.worktree.turnStarts();
  }

  /** The agent finished: its work is committed. */
  async close({ turn, summary }: EffectOf<"close_turn">): Promise<void> {
    await this.#conclude(turn, summary);
  }

  /** The turn was ended from outside: its work is kept or dropped. */
  async stop({ turn, keepPartial, outcome }: EffectOf<"end_turn">): Promise<void> {
    const { runner, worktree, warn } = this.#options;
    await runner.interrupt();
    if (!keepPartial) {
      const dropped = await worktree.dropDirty();
      if (!dropped.ok) warn(`the turn's work could not be dropped: ${dropped.error.message}`);
    }
    await this.#conclude(turn, outcome);
  }

  async join({ child, commit }: EffectOf<"join_child">): Promise<void> {
    const { worktree, nameOf, warn, dispatch } = this.#options;
    const joined = await worktree.join(nameOf(child), commit);
    if (!joined.ok) warn(`the work of ${nameOf(child)} was not joined: ${joined.error.message}`);
    dispatch({ kind: "child_joined", child, commit });
  }

  async #conclude(turn: number, summary: string): Promise<void> {
    const { worktree, claims, dispatch, warn } = this.#options;
    const committed = await worktree.commitTurn(turn, commitMessage(summary));
    if (!committed.ok) warn(`the turn's work was not committed: ${committed.error.message}`);
    const leftOut = committed.ok ? this.#tellLeftOut(committed.value.left) : "";
    const result = this.#result(`${leftOut}${summary}`, committed);
    claims.forget();
    dispatch({ kind: "turn_closed", turn, result });
  }

  /** What is dirty where the pod may not write stays in its worktree: told, and put on the log. */
  #tellLeftOut(paths: readonly string[]): string {
    if (paths.length === 0) return "";
    const more = paths.length > maxPathsTold ? ` and ${paths.length - maxPathsTold} more` : "";
    const named = paths.slice(0, maxPathsTold).map((path) => JSON.stringify(path));
    const text = `out of scope, left uncommitted: ${named.join(", ")}${more}`;
    const { denials, warn } = this.#options;
    if (text !== this.#lastLeftOut) {
      denials.add({ tool: "commit", code: "out_of_scope", text });
      warn(text);
    }
    this.#lastLeftOut = text;
    return `${text}\n`;
  }

  #result(summary: string, committed: Outcome<{ head: TurnResult["commit"] }>): TurnResult | null {
    const { worktree, usage } = this.#options;
    if (!committed.ok) return null;
    return {
      summary: cutText(summary, maxSummaryCharacters),
      artifacts: usage.takeArtifacts(),
      branch: worktree.workspace.branch,
      commit: committed.value.head,
      usage: usage.take(),
    };
  }
}

/** A person reads a few; `git status` in the worktree shows them all. */
const maxPathsTold = 20;
/** A quarter of the protocol's bound in bytes: four bytes a character at most. */
const maxSummaryCharacters = 4_096;

function commitMessage(summary: string): string {
  const firstLine = summary.split("\n", 1)[0]?.trim() ?? "";
  return cutText(firstLine === "" ? "work of this turn" : firstLine, 72);
}
