/** What is wanted of a lane. */
import type { LogSink } from "./log-sink.ts";

export interface LaneRequest {
  readonly follow: boolean;
  /** Epoch milliseconds; 0 for everything. */
  readonly sinceMs: number;
  readonly sink: LogSink;
}
