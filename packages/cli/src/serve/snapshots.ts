/**
 * Snapshots of the log's fold, bound to the very program that folds: any other one folds anew.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SnapshotFile } from "@podlane/coordinator";
import type { StateLayout } from "@podlane/protocol/node";

/** None when run as source, where one file does not tell which code folds. */
export function openSnapshots(
  layout: StateLayout,
  onNote: (note: string) => void,
): SnapshotFile | undefined {
  const program = fileURLToPath(import.meta.url);
  if (program.endsWith(".ts")) return undefined;
  const foldVersion = createHash("sha256").update(readFileSync(program)).digest("hex");
  return new SnapshotFile({ path: layout.snapshot, foldVersion, onNote });
}
