/** What the clients themselves have seen of the locks: enough to know that they were locks. */
export class Witness {
  readonly #lastFence = new Map<string, number>();
  readonly #held = new Set<string>();
  /** Grants seen, over all keys. */
  grants = 0;

  get keys(): string[] {
    return [...this.#lastFence.keys()];
  }

  /** Throws if somebody holds the key, or its token is not above the one before. */
  granted(key: string, fence: number): void {
    if (this.#held.has(key)) throw new Error(`${key} was granted while it was held`);
    const last = this.#lastFence.get(key) ?? 0;
    if (!(fence > last)) throw new Error(`token ${fence} of ${key} is not above ${last}`);
    this.#lastFence.set(key, fence);
    this.#held.add(key);
    this.grants += 1;
  }

  /** To be called before the release is sent: from then on it may be another's. */
  releasing(key: string): void {
    this.#held.delete(key);
  }
}
