/** A line in the pod's own log, its standard error. */
export function warn(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}
