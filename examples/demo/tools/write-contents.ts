/** `write-contents.ts FOLDER`: a table of contents over every document below FOLDER. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { listDocuments, titleOf } from "./document-links.ts";

const [folder = ""] = process.argv.slice(2);
const contents = `${folder}/README.md`;
const documents = listDocuments().filter(
  (path) => path.startsWith(`${folder}/`) && path !== contents,
);
const items = documents.map((path) => `- [${titleOf(path)}](${relative(folder, path)})`);
writeFileSync(contents, `${["# Documents", "", ...items].join("\n")}\n`);
console.log(`${documents.length} documents`);
