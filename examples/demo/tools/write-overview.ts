/** `write-overview.ts FOLDER`: a page over the pages in FOLDER/packages. */
import { readdirSync, writeFileSync } from "node:fs";
import { titleOf } from "./document-links.ts";

const [folder = ""] = process.argv.slice(2);
const pages = readdirSync(`${folder}/packages`).toSorted();
const items = pages.map((page) => `- [${titleOf(`${folder}/packages/${page}`)}](packages/${page})`);
writeFileSync(`${folder}/README.md`, `${["# Reference", "", ...items].join("\n")}\n`);
console.log(`${pages.length} pages`);
