/** A lock service under test, with its connections open. */
export interface LockContender {
  readonly name: string;
  /** What `connect` was asked for, each its own connection. */
  readonly clients: readonly LockClient[];
  /** Grants that the service itself has recorded since it started, on these keys. */
  recorded(keys: readonly string[]): Promise<number>;
  /** Processor time of the service since it started, in microseconds; absent: not known. */
  usedUs?(): Promise<number>;
  close(): Promise<void>;
}

/** One connection. Commands in flight on it at once go out without waiting for each other. */
export interface LockClient {
  /** Resolves with a durable grant; rejects if the key is held. */
  acquire(key: string): Promise<Grant>;
}

export interface Grant {
  readonly fence: number;
  /** Resolves when the release is durable; rejects if the grant was no longer ours. */
  release(): Promise<void>;
}

/** How long a grant lasts: longer than any run. */
export const leaseMs = 3_600_000;
