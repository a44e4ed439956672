/**
 * The Node side of the protocol: sockets, WebSockets with `ws`, and tokens. Everything else is in
 * the package's main entry, which also runs in browsers.
 */
export { streamTransport } from "./node/stream-transport.ts";
export { listenSocket, checkSocketPath, type Listener, type ListenOptions } from "./node/listen.ts";
export {
  connectSocket,
  retryDelayMs,
  type ConnectSocketOptions,
  type RetryOptions,
} from "./node/connect-socket.ts";
export {
  connectNodeWebSocket,
  createUpgradeHandler,
  type UpgradeHandler,
  type UpgradeOptions,
  type WebSocketConnectOptions,
} from "./node/websocket-transport.ts";
export { mintToken, readToken, verifyToken, type TokenClaims } from "./node/token.ts";
export { dial, type DialOptions } from "./node/dial.ts";
export { CoordinatorFile, readCoordinatorFile } from "./node/coordinator-file.ts";
export { podLayout, stateLayout, type PodLayout, type StateLayout } from "./node/state-layout.ts";
