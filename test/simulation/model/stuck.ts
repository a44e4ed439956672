/** Who could never go on: what is left when all that can go on have gone, again and again. */
import type { Need } from "./standing.ts";

export function stuckOf(waits: ReadonlyMap<string, readonly Need[]>): ReadonlySet<string> {
  const stuck = new Set(waits.keys());
  for (let before = -1; before !== stuck.size;) {
    before = stuck.size;
    for (const who of stuck) {
      const isFree = (waits.get(who) ?? []).every(({ holders, count }) => {
        return holders.filter((holder) => !stuck.has(holder)).length >= count;
      });
      if (isFree) stuck.delete(who);
    }
  }
  return stuck;
}
