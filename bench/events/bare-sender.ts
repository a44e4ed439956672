/** The bare peer of the events bench, sending side: flush a row, send it, wait for the answer. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeMessage } from "@podlane/protocol";
import { openRows } from "./rows.ts";

export interface BareTask {
  readonly folder: string;
}

export interface BareResult {
  readonly roundMs: number;
}

async function connect(folder: string) {
  const socketPath = join(folder, "bare.sock");
  const receiver = fork(fileURLToPath(new URL("./bare-receiver.ts", import.meta.url)), [
    socketPath,
    join(folder, "bare-receiver.db"),
  ]);
  await once(receiver, "message");
  const socket: Socket = connectSocket(socketPath);
  await once(socket, "connect");
  const insert = openRows(join(folder, "bare-sender.db"));
  let seq = 0;
  return async (): Promise<number> => {
    seq += 1;
    const event = { kind: "turn_ended", seq, at: Date.now(), text: "x".repeat(180) };
    const startedMs = performance.now();
    insert(seq, JSON.stringify(event));
    socket.write(encodeMessage(event));
    await once(socket, "data");
    return performance.now() - startedMs;
  };
}

let connection: ReturnType<typeof connect> | undefined;

process.on("message", (task: BareTask) => {
  void answer(task);
});

async function answer({ folder }: BareTask): Promise<void> {
  const send = await (connection ??= connect(folder));
  process.send?.({ roundMs: await send() } satisfies BareResult);
}

process.on("disconnect", () => process.exit(0));
