/** Waits for work, but not for ever. */

/** Resolves when the work is done or the time is over, whichever comes first; rejects with it. */
export async function within(patienceMs: number, work: () => Promise<unknown>): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patienceMs);
  try {
    await Promise.race([work(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
