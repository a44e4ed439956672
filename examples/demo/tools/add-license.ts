/** `add-license.ts FOLDER`: puts the license's identifier above each source file that lacks it. */
import { globSync, readFileSync, writeFileSync } from "node:fs";

const [folder = ""] = process.argv.slice(2);
const header = "// SPDX-License-Identifier: MIT\n";
const files = globSync(`${folder}/**/*.ts`).toSorted();
const missing = files.filter((file) => !readFileSync(file, "utf8").startsWith(header));
for (const file of missing) writeFileSync(file, header + readFileSync(file, "utf8"));
console.log(`${missing.length} of ${files.length} files got the header`);
