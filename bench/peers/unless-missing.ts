/** A peer that cannot be had is left out, and the report says so. */
export async function unlessMissing(what: string, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (cause) {
    console.log(`skipped: ${what}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
