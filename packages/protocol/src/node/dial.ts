/**
 * Dialling a pod or coordinator by its socket: connect, say hello, become a peer.
 */
import { type Connected, connectPeer, type ConnectOptions } from "../connect.ts";
import type { HelloInput } from "../handshake.ts";
import type { MethodTable } from "../method.ts";
import type { Outcome } from "../outcome.ts";
import { connectSocket, type ConnectSocketOptions } from "./connect-socket.ts";

export interface DialOptions<
  Serves extends MethodTable,
  Calls extends MethodTable,
> extends ConnectOptions<Serves, Calls> {
  readonly socket: string;
  readonly hello: HelloInput;
  readonly connect?: ConnectSocketOptions;
}

/** Never rejects: `unavailable` when nobody listens, else what the handshake answers. */
export async function dial<Serves extends MethodTable, Calls extends MethodTable>(
  options: DialOptions<Serves, Calls>,
): Promise<Outcome<Connected<Calls>>> {
  const transport = await connectSocket(options.socket, options.connect);
  return transport.ok ? connectPeer(transport.value, options.hello, options) : transport;
}
