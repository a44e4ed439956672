/** The coordinator: one log, its rules, and a server for everyone who shares a workspace. */
export { openCoordinator, type Coordinator, type CoordinatorOptions } from "./coordinator.ts";
export { KeptHead } from "./log/kept-head.ts";
export { MemoryLog } from "./log/memory-log.ts";
export { SqliteLog } from "./log/sqlite-log.ts";
export { openPostgresLog } from "./log/postgres/open-postgres-log.ts";
export { parseStoreUrl, redactStoreUrl } from "./log/postgres/store-url.ts";
export { SnapshotFile, type SnapshotFileOptions } from "./log/snapshot.ts";
export { LogFault } from "./log/log-fault.ts";
export { idleExitMs } from "./limits.ts";
export type { PostgresLog, PostgresLogOptions } from "./log/postgres/postgres-log.ts";
export type { Log } from "./log/log.ts";
