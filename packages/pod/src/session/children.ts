/**
 * The registry of the pods beneath, as rows.
 */
import type { DatabaseSync } from "node:sqlite";
import type { PodId } from "@podlane/protocol";
import type { ChildEntry } from "../core/registry.ts";
import { ChildRow, parseColumn, rowName } from "./rows.ts";

export class Children {
  readonly #save;
  readonly #drop;
  readonly #all;

  constructor(db: DatabaseSync) {
    this.#save = db.prepare(
      `insert into children (id, entry) values (?, ?)
       on conflict (id) do update set entry = excluded.entry`,
    );
    this.#drop = db.prepare("delete from children where id = ?");
    this.#all = db.prepare("select id, entry from children order by id");
  }

  save(child: ChildEntry): void {
    this.#save.run(child.id, JSON.stringify(child));
  }

  drop(id: PodId): void {
    this.#drop.run(id);
  }

  all(): ChildEntry[] {
    return this.#all
      .all()
      .map(({ id, entry }) => parseColumn(ChildRow, entry, rowName("child", id)));
  }
}
