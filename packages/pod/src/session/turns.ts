/**
 * The records of turns: which one is open, and which ends the coordinator has not recorded yet.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Turn } from "../core/turn.ts";
import { parseColumn, rowName, TurnRow } from "./rows.ts";

export class Turns {
  readonly #save;
  readonly #report;
  readonly #open;
  readonly #last;

  constructor(db: DatabaseSync) {
    this.#save = db.prepare(
      `insert into turns (n, cause, state, turn) values (?, ?, ?, ?) on conflict (n) do update
       set cause = excluded.cause, state = excluded.state, turn = excluded.turn`,
    );
    this.#report = db.prepare("update turns set reported = 1 where n = ?");
    this.#open = db.prepare("select n, turn from turns where reported = 0 order by n");
    this.#last = db.prepare("select coalesce(max(n), 0) as n from turns");
  }

  save(turn: Turn): void {
    this.#save.run(turn.n, turn.cause, turn.state, JSON.stringify(turn));
  }

  markReported(n: number): void {
    this.#report.run(n);
  }

  /** Open turns, and closed ones that the coordinator has not recorded; in order. */
  unfinished(): Turn[] {
    return this.#open.all().map(({ n, turn }) => parseColumn(TurnRow, turn, rowName("turn", n)));
  }

  taken(): number {
    return Number(this.#last.get()?.["n"]);
  }
}
