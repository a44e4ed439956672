/** `sort-exports.ts FILE`: sorts the names inside each `export { … } from` of the file. */
import { readFileSync, writeFileSync } from "node:fs";

const [file = ""] = process.argv.slice(2);
const before = readFileSync(file, "utf8");
let sortedLists = 0;
const after = before.replace(/export (type )?\{([^}]*)\} from/g, (whole, type = "", list = "") => {
  const names = String(list)
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const sorted = names.toSorted((left, right) => (bareName(left) < bareName(right) ? -1 : 1));
  if (names.join() === sorted.join()) return whole;
  sortedLists += 1;
  return `export ${type}{\n${sorted.map((name) => `  ${name},\n`).join("")}} from`;
});
writeFileSync(file, after);
console.log(`${file}: ${sortedLists} lists sorted`);

function bareName(name: string): string {
  return name.replace(/^type /, "").toLowerCase();
}
