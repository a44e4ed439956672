/** The key of the bench's own workspace, which holds nothing. */
export const benchKey: Uint8Array = new Uint8Array(32).fill(7);
