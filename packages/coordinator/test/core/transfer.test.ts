/** Handing a claim over: what the stories of scopes in `pods.test.ts` do not reach. */
import type { PodId } from "@podlane/protocol";
import { expect, test } from "vitest";
import { acquire, actorOf, attach, exit, requestTurn, startPod } from "./cast.ts";
import { World } from "./world.ts";

test("a claim handed to its own holder stays as it is, and ends with the holder", () => {
  const world = new World();
  attach(world);
  const pod: PodId = startPod(world, "api");
  requestTurn(world, pod);
  acquire(world, actorOf(pod), ["file:a/x"]);
  const [claim] = [...world.state.claims.live.keys()];
  const step = world.send(actorOf(pod), "claim.transfer", { claim, to: pod });
  expect(step.refusal).toBe(null);
  expect(step.events).toEqual([]);
  exit(world, pod, { cause: "killed" });
  expect(world.state.claims.live.size).toBe(0);
});
