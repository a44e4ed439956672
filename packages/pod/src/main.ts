/**
 * The pod process: reads its boot file, comes up, reports ready on descriptor 3, lives, leaves.
 * Exit codes: 0 it left on its own terms (the exit file says why), 70 a fault, 1 it could not
 * start.
 */
import { closeSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { exitCodes, type ShutDownCause } from "@podlane/protocol";
import { describeFault } from "./fault-text.ts";
import { BootFile, type BootReport, type ExitFile } from "./host/boot-file.ts";
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
  await runtime.begin();
}

/** A defect or a failed store: nothing that is not durable may be answered any more. */
export function dieOf(fault: unknown): never {
  warn(`the pod stops: ${describeFault(fault)}`);
  process.exit(exitCodes.invariantBroken);
}

function report(bootReport: BootReport): void {
  writeSync(reportDescriptor, `${JSON.stringify(bootReport)}\n`);
  closeSync(reportDescriptor);
}

function exitFile(boot: BootFile, cause: ShutDownCause): ExitFile {
  const kept = cause === "finished" || cause === "timeout" ? cause : "requested";
  return { version: 1, generation: boot.generation, cause: kept };
}
