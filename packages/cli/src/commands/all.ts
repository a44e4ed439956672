/** Every verb, in the order in which help lists them. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { addClaim } from "./claim.ts";
import { addCompletion } from "./completion.ts";
import { addDiff } from "./diff.ts";
import { addDoctor } from "./doctor.ts";
import { addEvents } from "./events.ts";
import { addHistory } from "./history.ts";
import { addInbox } from "./inbox.ts";
import { addInit } from "./init.ts";
import { addInspect } from "./inspect.ts";
import { addLocks } from "./locks.ts";
import { addLog } from "./log.ts";
import { addLogs } from "./logs.ts";
import { addMerge } from "./merge.ts";
import { addOverlaps } from "./overlaps.ts";
import { addPause } from "./pause.ts";
import { addPlan } from "./plan.ts";
import { addPs } from "./ps.ts";
import { addRun } from "./run.ts";
import { addSend } from "./send.ts";
import { addServe } from "./serve.ts";
import { addSession } from "./session.ts";
import { addSpawn } from "./spawn.ts";
import { addRestart } from "./restart.ts";
import { addStop } from "./stop.ts";
import { addTask } from "./task.ts";
import { addVersion } from "./version.ts";
import { addWait } from "./wait.ts";
import { addWhere } from "./where.ts";
import { addWhy } from "./why.ts";

const verbs: readonly ((program: Command, context: CommandContext) => void)[] = [
  addInit,
  addRun,
  addPlan,
  addSpawn,
  addPs,
  addInspect,
  addLogs,
  addHistory,
  addInbox,
  addSend,
  addWait,
  addPause,
  addStop,
  addRestart,
  addDiff,
  addMerge,
  addLocks,
  addClaim,
  addOverlaps,
  addWhy,
  addTask,
  addSession,
  addEvents,
  addLog,
  addServe,
  addWhere,
  addDoctor,
  addVersion,
  addCompletion,
];

export function addCommands(program: Command, context: CommandContext): void {
  for (const add of verbs) add(program, context);
}
