/**
 * What can be wrong with a log itself. Always thrown: nothing may go on over a bad record.
 */

/**
 * `corrupt`: a record is damaged · `upgrade`: written by a newer version · `foreign`: another's ·
 * `unsafe`: the store would acknowledge what it has not flushed.
 */
export type LogFaultCode = "corrupt" | "upgrade" | "foreign" | "unsafe";

export class LogFault extends Error {
  override readonly name = "LogFault";
  readonly code: LogFaultCode;
  /** The first seq of the bad record, if one record is at fault. */
  readonly seq: number | undefined;

  constructor(
    code: LogFaultCode,
    message: string,
    options: { seq?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.seq = options.seq;
  }
}

export function corruptRecord(seq: number, reason: string, cause?: unknown): LogFault {
  const message = `the log's record at seq ${seq} is damaged: ${reason}; restore it from a copy`;
  return new LogFault("corrupt", message, { seq, cause });
}
