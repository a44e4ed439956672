/**
 * The pod process: reads its boot file, comes up, reports ready on descriptor 3, lives, leaves.
 * Exit codes: 0 it left on its own terms (the exit file says why), 70 a fault, 1 it could not
 * start.
 */
import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { Socket } from "node:net";
import { exitCodes, type ShutDownCause } from "@podlane/protocol";
import { describeFault } from "./fault-text.ts";
import { beginWord, BootFile, type BootReport, type ExitFile } from "./host/boot-file.ts";
import { openSetting } from "./runtime/boot-setting.ts";
import { PodRuntime } from "./runtime/pod.ts";
import { warn } from "./runtime/warn.ts";

const reportDescriptor = 3;
/** What a host's SIGTERM leaves a pod to end its turn in, before the ladder's next step. */
const signalDeadlineMs = 1_500;

export async function runPod(bootPath: string, version: string): Promise<void> {
  const boot = BootFile.parse(JSON.parse(readFileSync(bootPath, "utf8")));
  const setting = openSetting(boot, version, process.env);
  const runtime = new PodRuntime({
    setting,
    onLeft: (cause) => {
      writeFileSync(setting.layout.exitFile, JSON.stringify(exitFile(boot, cause)));
      process.exit(exitCodes.done);
    },
    onFault: dieOf,
  });
  process.on("SIGTERM", () => runtime.shutDown(signalDeadlineMs));
  process.on("SIGINT", () => runtime.shutDown(signalDeadlineMs));
  const started = await runtime.start();
  if (!started.ok) {
    report({ kind: "failed", message: started.error.message });
    process.exit(exitCodes.failed);
  }
  report({ kind: "ready", socket: started.value.socket });
  if (!(await isToldToBegin())) {
    process.stderr.write("not wanted any more: the host closed before the workspace was whole\n");
    process.exit(exitCodes.failed);
  }
  await runtime.begin();
  // Written by the first pod once it is up, not when it leaves: the next may start before that.
  flushCompileCache();
}

/** A defect or a failed store: nothing that is not durable may be answered any more. */
export function dieOf(fault: unknown): never {
  warn(`the pod stops: ${describeFault(fault)}`);
  process.exit(exitCodes.invariantBroken);
}

function report(bootReport: BootReport): void {
  writeSync(reportDescriptor, `${JSON.stringify(bootReport)}\n`);
}

/** False when the host went away, or gave the pod up, before it said so. */
async function isToldToBegin(): Promise<boolean> {
  const channel = new Socket({ fd: reportDescriptor });
  let heard = "";
  channel.on("data", (chunk) => (heard += chunk.toString()));
  // A host that dies resets the channel: as good as closing it.
  channel.on("error", () => {});
  await new Promise((resolve) => {
    channel.once("close", resolve);
  });
  return heard === beginWord;
}

function exitFile(boot: BootFile, cause: ShutDownCause): ExitFile {
  const kept = cause === "finished" || cause === "timeout" ? cause : "requested";
  return { version: 1, generation: boot.generation, cause: kept };
}
