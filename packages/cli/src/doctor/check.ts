/** One thing that doctor looked at. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do; null when it is well. */
  readonly remedy: string | null;
}

export function well(name: string, found: string): Check {
  return { name, ok: true, found, remedy: null };
}

export function problem(name: string, found: string, remedy: string): Check {
  return { name, ok: false, found, remedy };
}
