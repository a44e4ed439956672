/** The bare peer of the events bench, receiving side: decode, flush a row, answer. */
import { createServer } from "node:net";
import { decodeMessage } from "@podlane/protocol";
import { openRows } from "./rows.ts";

const [socketPath = "", databasePath = ""] = process.argv.slice(2);
const insert = openRows(databasePath);

const server = createServer((socket) => {
  // One message is in flight at a time, so that a chunk is a message.
  socket.on("data", (chunk) => {
    const event = decodeMessage(chunk) as { seq: number };
    insert(event.seq, JSON.stringify(event));
    socket.write("k");
  });
});
server.listen(socketPath, () => process.send?.("ready"));
process.on("disconnect", () => process.exit(0));
