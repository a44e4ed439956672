/** Whom a real pod listens to: a token of the same workspace is not enough. */
import { readFileSync } from "node:fs";
import { type PodId, podMethods } from "@podlane/protocol";
import { dial, mintToken } from "@podlane/protocol/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectOk } from "./trial/expect-ok.ts";
import { script, Trial } from "./trial/trial.ts";

const quiet = script("on_run: []");
const message = { message: { text: "obey me" }, autoRun: false };
const command = { commandId: { client: "test", n: 1 } };
const unauthorized = { ok: false, error: { code: "unauthorized" } };

let trial: Trial;

beforeAll(() => {
  trial = new Trial({ "src/a.txt": "a\n" });
});

afterAll(() => trial.close());

/** A connection with the credential of a pod, to another pod's socket. */
async function dialAs(podId: PodId, socket: string | null) {
  const key = readFileSync(trial.layout.keyFile);
  const who = { podId, generation: 1 };
  const hello = { role: "pod", token: mintToken(key, { role: "pod", ...who }), ...who } as const;
  const said = { ...hello, name: "test", version: "0" };
  const calls = { calls: podMethods, serves: {}, handlers: {} };
  return expectOk(await dial({ socket: socket ?? "", hello: said, ...calls })).peer;
}

test("a pod serves those above and beneath it, and no other pod of the workspace", async () => {
  const root = await trial.spawn("root", "on_run: []");
  const child = await root.spawn("child", quiet, { scope: ["src"] });
  const stranger = await trial.spawn("stranger", "on_run: []");

  const fromAbove = await dialAs(root.id, child.record.socket);
  expect(await fromAbove.request("notify", message, command)).toMatchObject({ ok: true });
  const fromBeneath = await dialAs(child.id, root.record.socket);
  expect(await fromBeneath.request("get_history", {})).toMatchObject(unauthorized);

  for (const victim of [root, child]) {
    const peer = await dialAs(stranger.id, victim.record.socket);
    expect(await peer.request("notify", message)).toMatchObject(unauthorized);
    expect(await peer.request("get_history", {})).toMatchObject(unauthorized);
    expect(await peer.request("shutdown", {})).toMatchObject(unauthorized);
    const denied = await trial.event(
      ({ kind, actor }) => kind === "request.denied" && actor.id === victim.id,
    );
    expect(denied.data).toMatchObject({ code: "unauthorized" });
    peer.close();
  }
  const { items } = await root.caller.call("get_history", {});
  expect(JSON.stringify(items)).not.toContain("obey me");
  expect(await trial.record(child.id)).toMatchObject({ exit: null });
  fromAbove.close();
  fromBeneath.close();
});
