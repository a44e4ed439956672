/**
 * Records the log of a real run for the tests: `record-log.ts NAME [LOG_DB [FROM=TO]…]`. Texts that
 * name a machine are replaced, and the chain is made anew over what is then there. Without a log
 * only the state is written anew, for a change of the state's shape: what was recorded is never
 * recorded again.
 */
import { existsSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { unpack } from "../packages/coordinator/src/log/packing.ts";
import {
  describeFold,
  foldOf,
  logOf,
  placeOf,
  readLog,
} from "../packages/coordinator/test/recorded/recorded-log.ts";

const [name, database, ...replacements] = process.argv.slice(2);
if (name === undefined) throw new Error("usage: record-log.ts NAME [LOG_DB [FROM=TO]…]");
const place = placeOf(name);

if (database !== undefined) {
  if (existsSync(place.log)) throw new Error(`${name} is recorded: choose another name`);
  const rows = new DatabaseSync(database, { readOnly: true })
    .prepare("SELECT payload FROM batches ORDER BY first_seq")
    .all() as { payload: Uint8Array }[];
  const payloads = rows.map(({ payload }) => scrub(unpack(payload)));
  await logOf(payloads);
  writeFileSync(place.log, `${payloads.join("\n")}\n`);
}

const fold = await foldOf(await readLog(name));
writeFileSync(place.state, `${JSON.stringify(describeFold(fold), null, 1)}\n`);
console.log(`${name}: ${fold.head.seq} events`);

function scrub(text: string): string {
  return replacements.reduce((scrubbed, replacement) => {
    const [from = "", to = ""] = replacement.split("=");
    return scrubbed.replaceAll(from, to);
  }, text);
}
