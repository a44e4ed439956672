/**
 * What can be wrong with a session on disk. All of them are loud: a pod never runs on a guess.
 */
export type SessionFaultCode =
  | "newer_version"
  | "other_pod"
  | "stale_generation"
  | "corrupt_row"
  | "out_of_order";

export class SessionFault extends Error {
  override readonly name = "SessionFault";
  readonly code: SessionFaultCode;

  constructor(code: SessionFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
