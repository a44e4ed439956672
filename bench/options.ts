/** What a bench can be told: `npm run bench -- <name>… [--store postgres] [--replicas N] …`. */
import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly names: readonly string[];
  /** Where Podlane's own log is kept. */
  readonly store: "sqlite" | "postgres";
  /** Coordinators over one PostgreSQL. */
  readonly replicas: number;
  /** False: Podlane alone. */
  readonly peers: boolean;
  /** Tiny counts, to see that a bench runs: its figures say nothing. */
  readonly small: boolean;
}

/** Throws with what is wrong. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      store: { type: "string" },
      replicas: { type: "string" },
      alone: { type: "boolean", default: false },
      small: { type: "boolean", default: false },
    },
  });
  const replicas = Number(values.replicas ?? 1);
  if (!Number.isInteger(replicas) || replicas < 1) {
    throw new Error(`--replicas is a number from 1 on, not ${values.replicas}`);
  }
  const store = values.store ?? (values.replicas === undefined ? "sqlite" : "postgres");
  if (store !== "sqlite" && store !== "postgres") {
    throw new Error(`--store is sqlite or postgres, not ${store}`);
  }
  if (store === "sqlite" && replicas > 1) throw new Error("a SQLite log has one coordinator");
  return { names: positionals, store, replicas, peers: !values.alone, small: values.small };
}

/** How Podlane is named in a report. */
export function nameOf({ store, replicas }: BenchOptions): string {
  return store === "sqlite" ? "podlane" : `podlane, PostgreSQL, ${replicas} replica(s)`;
}
