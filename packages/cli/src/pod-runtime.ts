/** Entry of a pod process. Argument: its boot file. */
import { dieOf, runPod } from "@podlane/pod";
import { packageVersion } from "./version.ts";

const [bootFile] = process.argv.slice(2);
if (bootFile === undefined) {
  process.stderr.write("usage: pod-runtime BOOT_FILE (started by a host)\n");
  process.exit(2);
}
process.on("unhandledRejection", dieOf);
await runPod(bootFile, packageVersion).catch(dieOf);
