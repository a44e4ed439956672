/**
 * Two coordinator processes on one PostgreSQL; one is killed. What its sessions held comes back
 * though none of them says a word, and who went over to the other keeps what it has.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coordinatorMethods, coordinatorPushMethods } from "@podlane/protocol";
import type { LogEventEnvelope, Outcome, Role } from "@podlane/protocol";
import { dial, mintToken } from "@podlane/protocol/node";
import { expect, onTestFinished, test, type TestContext, vi } from "vitest";
import { ServerProcess } from "../linearizability/servers.ts";
import { workspaceKey } from "../linearizability/workspace-key.ts";
import { freshWorkspace, postgresUrl } from "../postgres/shared-cluster.ts";
import { verifies } from "../requirements.ts";

/** Short lives of leases and sessions; both are log time, which real seconds move. */
const settings = { leaseMs: 1_000, deadAfterMs: 6_000 };
const patience = { timeout: 45_000, interval: 100 };

async function startServers(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "podlane-dead-"));
  const place = { store: await postgresUrl(context), workspace: freshWorkspace(), settings };
  const servers = ["a", "b"].map((name) => {
    return new ServerProcess({ ...place, socket: join(folder, name) });
  });
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  });
  for (const server of servers) await server.start();
  return servers as [ServerProcess, ServerProcess];
}

async function connect({ socket }: ServerProcess, role: Role, name: string) {
  const connected = await dial({
    socket,
    hello: { role, token: mintToken(workspaceKey, { role }), name, version: "0.0.0" },
    serves: coordinatorPushMethods,
    handlers: {
      "claim.granted": () => ({ ok: true, value: {} }),
      "claim.lost": () => ({ ok: true, value: {} }),
      "task.lost": () => ({ ok: true, value: {} }),
    },
    calls: coordinatorMethods,
  });
  return must(connected).peer;
}

type Connection = Awaited<ReturnType<typeof connect>>;

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

/** Registers, claims a unit and a task, and waits until the log knows who hears it. */
async function settle(agent: Connection, operator: Connection, taskType: string) {
  const task = { taskType, description: "work" };
  const submitted = must(await operator.request("task.submit", task)).task.id;
  const { id } = must(await agent.request("registration.register", {})).registration;
  must(await agent.request("task.claim", { taskTypes: [taskType] }));
  must(await agent.request("claim.acquire", { units: [`proc:${taskType}`] }));
  await vi.waitFor(async () => {
    const attached = (await eventsOf(operator)).filter(({ kind }) => kind === "replica.attached");
    expect(JSON.stringify(attached)).toContain(`"${id}"`);
  }, patience);
  return { id, task: submitted };
}

async function eventsOf(operator: Connection): Promise<LogEventEnvelope[]> {
  return must(await operator.request("log.read", { from: 1, limit: 500 })).events;
}

test(
  verifies("R99", "R170", "R243") +
    "a coordinator that is killed takes its silent sessions with it, and no other",
  async (context) => {
    const [first, second] = await startServers(context);
    const operator = await connect(second, "operator", "operator");
    const ada = await connect(first, "client", "ada");
    const bob = await connect(first, "client", "bob");
    const silent = await settle(ada, operator, "build");
    const moved = await settle(bob, operator, "check");
    await first.stop();
    await Promise.all([ada.closed, bob.closed]);
    const back = await connect(second, "client", "bob");
    await vi.waitFor(async () => {
      must(await back.request("registration.heartbeat", { registration: moved.id }));
      const { registrations } = must(await operator.request("registration.list", {}));
      const ended = registrations.filter(({ status }) => status === "dead").map(({ id }) => id);
      expect(ended).toEqual([silent.id]);
    }, patience);
    const statusOf = async (task: typeof silent.task) =>
      must(await operator.request("task.get", { task })).task.status;
    expect(await statusOf(silent.task)).toBe("pending");
    expect(await statusOf(moved.task)).toBe("claimed");
    const { claims } = must(await operator.request("claim.list", {}));
    expect(claims).toMatchObject([{ holder: moved.id, units: ["proc:check"] }]);
    // Nobody was declared dead, or even silent, while somebody heard it.
    const kinds = (await eventsOf(operator))
      .filter(({ subject }) => subject === `registration:${moved.id}`)
      .map(({ kind }) => kind);
    expect(kinds).toEqual(["registration.registered"]);
    await back.request("registration.end", {});
  },
  90_000,
);
