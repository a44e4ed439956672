/** `check-links.ts REPORT`: a report of every relative link; exit 1 when one leads nowhere. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { listDocuments, relativeLinks } from "./document-links.ts";

const [report = ""] = process.argv.slice(2);
const links = listDocuments().flatMap(relativeLinks);
const broken = links.filter(({ exists }) => !exists);
const rows = links.map(
  ({ document, line, target, exists }) =>
    `| ${document}:${line} | \`${target}\` | ${exists ? "ok" : "**missing**"} |`,
);
const summary = `${links.length} links, ${broken.length} broken`;
mkdirSync(dirname(report), { recursive: true });
const tableHead = "| where | to | |\n|---|---|---|";
writeFileSync(report, `${["# Relative links", "", summary, "", tableHead, ...rows].join("\n")}\n`);
console.log(summary);
process.exitCode = broken.length === 0 ? 0 : 1;
