/** The key by which test servers and their clients know each other. */
export const workspaceKey: Uint8Array = new Uint8Array(32).fill(9);
