/**
 * Shapes that event data had before. What is on the log stays as it was written; it is lifted to
 * today's shape when it is read, one version at a time, and only then folded.
 */

/** Makes of one version's data the next one's. Pure; must not change what it is given. */
export type Upcaster = (data: unknown) => unknown;

/** By kind: the first lifts version 1 to 2, the next 2 to 3. Steps are added and never changed. */
export type Upcasters = Readonly<Record<string, readonly Upcaster[]>>;

interface Versioned {
  readonly seq: number;
  readonly kind: string;
  readonly v: number;
  readonly data: unknown;
}

export class EventVersions {
  readonly #steps: ReadonlyMap<string, readonly Upcaster[]>;

  constructor(upcasters: Upcasters) {
    this.#steps = new Map(Object.entries(upcasters));
  }

  /** The version that new events of the kind are written in. */
  currentOf(kind: string): number {
    return 1 + (this.#steps.get(kind)?.length ?? 0);
  }

  /** The data in today's shape. Throws "upgrade" for a version that is not known here yet. */
  lift(event: Versioned): unknown {
    const steps = this.#steps.get(event.kind) ?? noSteps;
    if (event.v > steps.length + 1) throw unknownToUs(event);
    let { data } = event;
    for (let version = event.v; version <= steps.length; version += 1) {
      data = steps[version - 1]?.(data);
    }
    return data;
  }
}

const noSteps: readonly Upcaster[] = [];

/** What stops a replica of an older program: to go on would be to leave out what happened. */
export function unknownToUs({ seq, kind, v }: Versioned): Error {
  return new Error(`event ${seq} is ${kind} v${v}, unknown to this version: upgrade`);
}

/** Those of the log. No kind has had a second version yet. */
export const eventVersions: EventVersions = new EventVersions({});
