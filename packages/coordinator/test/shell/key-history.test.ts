import type { CoordinatorMethods, Peer } from "@podlane/protocol";
import { expect, test } from "vitest";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { spec } from "../core/cast.ts";
import { must, serve } from "./serving.ts";

type Connection = Peer<CoordinatorMethods>;

async function take(peer: Connection, ...units: string[]) {
  const { claim } = await must(peer, "claim.acquire", { units, wait: { deadlineMs: 60_000 } });
  return claim;
}

test("the history of a key is who had it and who touched it", async () => {
  const log = new MemoryLog();
  const serving = await serve({ log });
  const [ada, bob, operator] = [
    await serving.connect("client", { name: "ada" }),
    await serving.connect("client", { name: "bob" }),
    await serving.connect(),
  ];
  const first = await take(ada, "file:src/a", "proc:test");
  const waiting = await take(bob, "dir:src");
  const other = await take(bob, "file:docs/b");
  await must(ada, "claim.release", { claim: first.id });
  const spawned = await must(operator, "pod.spawn", { parent: null, spec: spec("writer") });
  const pod = await serving.connect("pod", { podId: spawned.pod.id });
  const paths = ["src/a", "docs/b"];
  await must(pod, "pod.touched", { pod: spawned.pod.id, generation: 1, paths, access: "write" });
  const read = async (unit: string, limit = 100) =>
    must(operator, "claim.history", { unit, limit });
  const history = await read("./src//a");
  expect(history).toMatchObject({
    unit: "file:src/a",
    claims: [
      { claim: first.id, holderName: "ada", how: "released", fence: first.fence },
      { claim: waiting.id, holderName: "bob", how: null, endedAtMs: null },
    ],
    touches: [{ podName: "writer", access: "write", paths: ["src/a"] }],
  });
  expect(history.claims[1]?.grantedAtMs).not.toBeNull();
  expect((await read("docs/")).claims.map(({ claim }) => claim)).toEqual([other.id]);
  expect((await read("proc:test")).touches).toEqual([]);
  expect((await read("src/", 1)).claims.map(({ claim }) => claim)).toEqual([waiting.id]);
  expect(await operator.request("claim.history", { unit: "nonsense:x" })).toMatchObject({
    error: { code: "invalid_request" },
  });
  const found = await must(operator, "log.read", { subject: "file:src/a" });
  expect(found.events).toEqual([]);
});
