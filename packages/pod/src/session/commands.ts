/**
 * First answers, for commands that are repeated because the answer was lost. Bounded: the oldest
 * are forgotten.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { CommandId } from "@podlane/protocol";
import { maxKeptAnswers } from "./limits.ts";
import { parseColumn } from "./rows.ts";

export class Commands {
  readonly #insert;
  readonly #find;
  readonly #forget;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      "insert or ignore into commands (client, n, answer) values (?, ?, ?) returning arrival",
    );
    this.#find = db.prepare("select answer from commands where client = ? and n = ?");
    this.#forget = db.prepare("delete from commands where arrival <= ?");
  }

  save({ client, n }: CommandId, value: unknown): void {
    const row = this.#insert.get(client, n, JSON.stringify(value ?? null));
    if (row !== undefined) this.#forget.run(Number(row["arrival"]) - maxKeptAnswers);
  }

  /** The first answer to this command, if it is known. */
  find({ client, n }: CommandId): { readonly value: unknown } | null {
    const row = this.#find.get(client, n);
    if (row === undefined) return null;
    return { value: parseColumn(z.unknown(), row["answer"], `answer to command ${client}/${n}`) };
  }
}
