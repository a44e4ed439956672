/**
 * Small pieces of core state that are rewritten whole.
 */
import type { DatabaseSync } from "node:sqlite";
import type { z } from "zod";
import type { SavedValue } from "../core/record.ts";
import { parseColumn, savedValues } from "./rows.ts";

type Key = SavedValue["key"];
type ValueOf<K extends Key> = Extract<SavedValue, { key: K }>["value"];
export type SavedValues = { readonly [K in Key]: ValueOf<K> | null };

export class Values {
  readonly #save;
  readonly #find;

  constructor(db: DatabaseSync) {
    this.#save = db.prepare(
      `insert into kv (key, value) values (?, ?)
       on conflict (key) do update set value = excluded.value`,
    );
    this.#find = db.prepare("select value from kv where key = ?");
  }

  save({ key, value }: SavedValue): void {
    this.#save.run(key, JSON.stringify(value));
  }

  /** null: never saved. */
  all(): SavedValues {
    return {
      wake: this.#parse("wake", savedValues.wake),
      overflow: this.#parse("overflow", savedValues.overflow),
      joins: this.#parse("joins", savedValues.joins),
      result: this.#parse("result", savedValues.result),
      approvals: this.#parse("approvals", savedValues.approvals),
    };
  }

  #parse<S extends z.ZodType>(key: Key, schema: S): z.output<S> | null {
    const row = this.#find.get(key);
    return row === undefined ? null : parseColumn(schema, row["value"], `value ${key}`);
  }
}
