/**
 * A client may send and close without reading. Writing to it then fails, and Node destroys a socket
 * whose write failed, with all that is still unread in the kernel. So a failed write is forgotten,
 * and the socket lives until its read side ends.
 */
import type { Socket } from "node:net";

type WriteCallback = (error?: Error | null) => void;

/** Makes failed writes of this socket harmless; later ones are dropped. Reading finds the end. */
export function keepReadingAfterFailedWrite(socket: Socket): void {
  const write = socket._write.bind(socket);
  const writeMany = socket._writev?.bind(socket);
  let failed = false;
  const forget = (callback: WriteCallback): WriteCallback => {
    return (error) => {
      if (error) failed = true;
      callback(isDisconnect(error) ? null : error);
    };
  };
  socket._write = (chunk, encoding, callback) => {
    if (failed) callback();
    else write(chunk, encoding, forget(callback));
  };
  if (writeMany === undefined) return;
  socket._writev = (chunks, callback) => {
    if (failed) callback();
    else writeMany(chunks, forget(callback));
  };
}

function isDisconnect(error: Error | null | undefined): boolean {
  if (!error) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === "EPIPE" || code === "ECONNRESET";
}
