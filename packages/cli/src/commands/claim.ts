/** `pod claim` and `pod release`: work units taken and given back by hand or by a script. */
import { randomBytes } from "node:crypto";
import type { AcquireClaim, ClaimId, ClaimView } from "@podlane/protocol";
import { exitCodes } from "@podlane/protocol";
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { connect, type Coordinator, withCoordinator } from "../coordinator-client.ts";
import { CommandFailure } from "../failure.ts";
import { readLog } from "../follow-log.ts";
import type { ClaimJson, ReleaseJson } from "../json/locks-json.ts";
import { instant } from "../json/instant.ts";
import { parseCount, parseSeconds } from "../options.ts";
import { verb } from "../verb.ts";

interface ClaimOptions {
  readonly shared?: true;
  readonly ttl?: number;
  readonly wait?: number;
  readonly priority?: number;
  readonly reason?: string;
  readonly json?: true;
}

export function addClaim(program: Command, context: CommandContext): void {
  program
    .command("claim")
    .description("claim work units, all or none; they stay claimed until released or expired")
    .argument("<unit...>", "paths, or keys such as proc:deploy (docs/lock-keys.md)")
    .option("--shared", "together with other shared claims; without it nobody else may hold them")
    .option(
      "--ttl <seconds>",
      "ends by itself after this long (1 s to 8 h; default: 30 min)",
      parseSeconds,
    )
    .option(
      "--wait <seconds>",
      "wait in line at most this long; without it a taken unit is refused",
      parseSeconds,
    )
    .option("--priority <n>", "1 first, 10 last (default: 5)", parseCount)
    .option("--reason <text>", "what others are shown")
    .option("--json", "one object")
    .action(
      verb(context, (units: string[], options: ClaimOptions) => claim(context, units, options)),
    );
  program
    .command("release")
    .description("give a claim back, or leave its line")
    .argument("<claim>", "the id of a claim (pod locks)")
    .option("--fence <n>", "refuse unless this is its token", parseCount)
    .option("--json", "one object")
    .action(
      verb(context, (id: string, options: { readonly fence?: number; readonly json?: true }) =>
        release(context, id, options),
      ),
    );
}

async function claim(
  context: CommandContext,
  units: readonly string[],
  options: ClaimOptions,
): Promise<number> {
  const { terminal } = context;
  // Outside a pod each command is a registration of its own: two scripts must not be one holder.
  const name = `cli-${randomBytes(4).toString("hex")}`;
  const { coordinator } = await connect(context, { name });
  try {
    const request = requestOf(units, options);
    const asked = (await coordinator.call("claim.acquire", request)).claim;
    if (asked.state === "queued") {
      terminal.say(`waits in line at place ${asked.position}, behind ${namesOf(asked)}`);
    }
    const granted =
      asked.state === "granted" ? asked : await untilGranted(coordinator, asked.id, request);
    if (options.json === true) terminal.json(claimJson(granted));
    else terminal.print(`${granted.id}  token ${granted.fence ?? 0}  ${granted.units.join(" ")}`);
    terminal.say(`next: pod release ${granted.id} · pod locks`);
    return exitCodes.done;
  } finally {
    coordinator.close();
  }
}

function requestOf(
  units: readonly string[],
  options: ClaimOptions,
): Partial<AcquireClaim> & {
  units: string[];
} {
  const { shared, ttl, wait, priority, reason } = options;
  return {
    units: [...units],
    mode: shared === true ? "shared" : "exclusive",
    ...(ttl === undefined ? {} : { ttlMs: Math.round(ttl * 1_000) }),
    wait: wait === undefined ? "none" : { deadlineMs: Math.max(1, Math.round(wait * 1_000)) },
    ...(priority === undefined ? {} : { priority }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The log says when; to ask again is to accept. */
async function untilGranted(
  coordinator: Coordinator,
  id: ClaimId,
  request: ReturnType<typeof requestOf>,
): Promise<ClaimView> {
  const leave = (): void => void coordinator.ask("claim.release", { claim: id });
  process.once("SIGINT", leave);
  try {
    const fromSeq = Number(id.slice(1));
    for await (const event of readLog(coordinator, {
      fromSeq,
      follow: true,
      subject: `claim:${id}`,
    })) {
      if (event.kind === "claim.granted") {
        return (await coordinator.call("claim.acquire", request)).claim;
      }
      if (event.kind === "claim.ended") throw notGranted(id, event.data);
    }
    throw new Error(`the log ended before claim ${id} did`);
  } finally {
    process.off("SIGINT", leave);
  }
}

function notGranted(id: ClaimId, data: unknown): CommandFailure {
  const { how } = data as { how: string };
  if (how === "gave_up") {
    return new CommandFailure(`claim ${id} was not granted in time`, exitCodes.timedOut);
  }
  return new CommandFailure(`claim ${id} left the line: ${how}`, exitCodes.failed);
}

function namesOf({ blockedBy }: ClaimView): string {
  return [...new Set(blockedBy.map((one) => one.holderName))].join(", ");
}

function claimJson({ id, units, mode, holderName, fence, expiresAtMs }: ClaimView): ClaimJson {
  const expiresAt = expiresAtMs === null ? null : instant(expiresAtMs);
  return { version: 1, id, units, mode, holder: holderName, fence, expiresAt };
}

function release(
  context: CommandContext,
  id: string,
  { fence, json }: { readonly fence?: number; readonly json?: true },
): Promise<number> {
  const { terminal } = context;
  return withCoordinator(context, async (coordinator) => {
    const params = { claim: id as ClaimId, ...(fence === undefined ? {} : { fence }) };
    const { released } = await coordinator.call("claim.release", params);
    if (json === true) terminal.json({ version: 1, id, released } satisfies ReleaseJson);
    else terminal.print(`${id} released`);
    terminal.say("next: pod locks");
    return exitCodes.done;
  });
}
