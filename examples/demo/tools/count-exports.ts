/** `count-exports.ts FOLDER`: totals over the pages in it, and how many names say their purpose. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const [folder = ""] = process.argv.slice(2);
const pages = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "totals.md");
const rows = pages.toSorted().map((page) => {
  const names = readFileSync(`${folder}/${page}`, "utf8").split("\n").filter(isRow);
  const documented = names.filter((row) => !row.endsWith("|  |"));
  return `| [${page.slice(0, -3)}](${page}) | ${names.length} | ${documented.length} |`;
});
const head = ["# Exports by package", "", "| package | names | documented |", "|---|---|---|"];
writeFileSync(`${folder}/totals.md`, `${[...head, ...rows].join("\n")}\n`);
console.log(rows.join("\n"));

function isRow(line: string): boolean {
  return line.startsWith("| `");
}
