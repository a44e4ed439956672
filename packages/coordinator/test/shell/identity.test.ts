/** Who a connection may be, and what is kept of attempts to be or do more. */
import { connectPeer, coordinatorMethods, createMemoryPair, type PodId } from "@podlane/protocol";
import { mintToken } from "@podlane/protocol/node";
import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { key } from "../connect.ts";
import { must, serve } from "./serving.ts";

test.each(["p0abc1xyz", "s12"])(
  `${verifies("R243")}nobody from outside may be called %s, which may be another's id`,
  async (name) => {
    const { coordinator } = await serve();
    for (const role of ["client", "operator"] as const) {
      const [ours, theirs] = createMemoryPair();
      coordinator.accept(theirs);
      const hello = { role, token: mintToken(key, { role }), name, version: "1" };
      const calls = coordinatorMethods;
      const refused = await connectPeer(ours, hello, { serves: {}, handlers: {}, calls });
      expect(refused).toMatchObject({ ok: false, error: { message: expect.stringMatching(name) } });
    }
  },
);

test("a denied command that is repeated is on the log once, another attempt again", async () => {
  const serving = await serve();
  const [client, operator] = [await serving.connect("client"), await serving.connect()];
  const unknown = "p00000001" as PodId;
  const kill = (pod: PodId, n: number) => {
    const commandId = { client: "c1", n };
    return client.request("pod.kill", { pod, tree: false }, { commandId });
  };
  for (const pod of [unknown, unknown]) {
    expect(await kill(pod, 1)).toMatchObject({ error: { code: "unauthorized" } });
  }
  const denied = async () => {
    const { events } = await must(operator, "log.read", {});
    return events.filter(({ kind }) => kind === "request.denied").length;
  };
  expect(await denied()).toBe(1);
  await kill(unknown, 2);
  await client.request(
    "pod.stop",
    { pod: unknown },
    {
      commandId: { client: "c1", n: 1 },
    },
  );
  expect(await denied()).toBe(3);
});
