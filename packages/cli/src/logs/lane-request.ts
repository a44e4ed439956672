/** What is wanted of a lane. */
export interface LaneRequest {
  readonly follow: boolean;
  /** Epoch milliseconds; 0 for everything. */
  readonly sinceMs: number;
}
