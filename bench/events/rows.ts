/** A table with one durable row an insert: what both sides of the bare peer write. */
import { DatabaseSync } from "node:sqlite";

export function openRows(path: string): (seq: number, text: string) => void {
  const database = new DatabaseSync(path);
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  database.exec("create table event (seq integer primary key, text text not null) strict");
  const insert = database.prepare("insert into event (seq, text) values (?, ?)");
  return (seq, text) => void insert.run(seq, text);
}
