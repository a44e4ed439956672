import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../core/scenario.ts";
import { open, temporaryPath } from "./temporary.ts";

const writer = join(import.meta.dirname, "fixtures/writer.ts");

it("kill -9 inside a transaction leaves the finished ones and nothing of that one", async () => {
  const path = temporaryPath();
  const condition = "--conditions=podlane-source";
  const child = spawn(process.execPath, [condition, writer, path, root], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(child.stdout, "data", { signal: AbortSignal.timeout(20_000) });
  expect(String(said)).toBe("inside\n");
  child.kill("SIGKILL");
  await once(child, "exit");
  const session = open(path, 2);
  const { items } = session.readHistory({ fromSeq: 0, limit: 99 });
  expect(items.map((item) => item.type === "assistant" && item.text)).toEqual(["1", "2", "3"]);
  expect(session.outbox.pending().map(({ seq }) => seq)).toEqual([1, 2, 3]);
});
