/** What one entry file exports by name, with the first sentence that documents each. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";

export interface ExportedName {
  readonly name: string;
  readonly isType: boolean;
  /** The file that declares it, from the entry's folder. */
  readonly from: string;
  readonly purpose: string;
}

/** Throws when the entry has a syntax error. */
export function readExportedNames(entry: string): ExportedName[] {
  const { module, errors } = parseSync(entry, readFileSync(entry, "utf8"));
  if (errors.length > 0) throw new Error(`${entry}: ${errors[0]?.message}`);
  const names = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ exportName, moduleRequest, isType }) => {
      if (exportName.name === null || moduleRequest === null) return [];
      const from = moduleRequest.value;
      const purpose = purposeOf(exportName.name, join(dirname(entry), from));
      return [{ name: exportName.name, isType, from, purpose }];
    }),
  );
  return names.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function purposeOf(name: string, path: string): string {
  const source = readFileSync(path, "utf8");
  const kinds = "(?:const|function|class|interface|type)";
  const declaration = `export (?:abstract |async )?${kinds} ${name}\\b`;
  const documented = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*${declaration}`);
  const text = documented.exec(source)?.[1]?.replace(/^\s*\* ?/gm, "") ?? "";
  return (/^[^]*?[.:](?=\s|$)/.exec(text.trim())?.[0] ?? text).replace(/\s+/g, " ").trim();
}
