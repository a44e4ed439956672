/**
 * The clock beside a log, from which its time is made.
 */

/** Where wall-clock time comes from: the store's clock, so that replicas of one store agree. */
export interface StoreClock {
  nowMs(): number | Promise<number>;
  /**
   * Tells the living replicas of this store how far log time is here, and answers the furthest of
   * all. Without it one that starts after an idle hour would be that hour behind the others, who
   * would take what it grants for expired. Absent where there is only one writer.
   */
  share?(logTimeMs: number): Promise<number>;
}
