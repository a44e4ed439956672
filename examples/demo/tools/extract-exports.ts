/** `extract-exports.ts FOLDER PACKAGE…`: one page a package with every name that it exports. */
import { mkdirSync, writeFileSync } from "node:fs";
import { readExportedNames } from "./exported-names.ts";

const [folder = "", ...packages] = process.argv.slice(2);

mkdirSync(folder, { recursive: true });
for (const name of packages) {
  const exported = readExportedNames(`packages/${name}/src/index.ts`);
  const rows = exported.map(
    ({ name: symbol, isType, purpose }) =>
      `| \`${symbol}\` | ${isType ? "type" : "value"} | ${purpose.replaceAll("|", "\\|")} |`,
  );
  const head = [
    `# What @podlane/${name} exports`,
    "",
    "| name | kind | purpose |",
    "|---|---|---|",
  ];
  writeFileSync(`${folder}/${name}.md`, `${[...head, ...rows].join("\n")}\n`);
  console.log(`${folder}/${name}.md: ${exported.length} names`);
}
