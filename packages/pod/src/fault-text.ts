/** A fault as a log shows it: with its stack, and with what it was caused by. */
export function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const text = fault.stack ?? fault.message;
  return fault.cause === undefined ? text : `${text}\ncaused by ${describeFault(fault.cause)}`;
}
