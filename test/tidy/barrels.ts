/** The barrel rule: an index.ts exists only at a package's root and lists its exports by name. */
import { isNode, type Finding, type SourceFile } from "./source-file.ts";

export function findBarrels(file: SourceFile): Finding[] {
  const { path } = file;
  const findings: Finding[] = [];
  if (/(^|\/)index\.ts$/.test(path) && !/^packages\/[^/]+\/src\/index\.ts$/.test(path)) {
    const message = "index.ts inside a package is a barrel: import the files themselves";
    findings.push({ path, line: 1, message });
  }
  for (const node of file.nodes) {
    if (node.type !== "ExportAllDeclaration" || isNode(node["exported"])) continue;
    const message = "`export *` hides the surface: list the exports by name";
    findings.push({ path, line: file.lineAt(node.start), message });
  }
  return findings;
}
