/**
 * Which errors mean that the server was not reached or went away, so that the same statement may
 * well succeed on another connection.
 */

/**
 * Connection exceptions, too many connections, shutdowns and crashes, and a session that a pool
 * took away: Appendix A of PostgreSQL's manual.
 */
const statePattern = /^(08|53300|57P0[1235]|25P03)/;

const systemCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
]);

/** The driver's own errors carry no code. */
const driverMessages =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has)/;

export function isConnectionFault(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false;
  // A host with several addresses fails with one error an address.
  if (fault instanceof AggregateError) return fault.errors.some(isConnectionFault);
  const code = "code" in fault ? fault.code : undefined;
  if (typeof code !== "string") return driverMessages.test(fault.message);
  return statePattern.test(code) || systemCodes.has(code);
}
