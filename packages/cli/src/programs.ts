/**
 * How this installation starts its own programs: as bundles beside this one, or as source with
 * the flags of the running Node.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Programs } from "./context.ts";

export function programs(): Programs {
  const here = fileURLToPath(import.meta.url);
  const folder = dirname(here);
  const isSource = here.endsWith(".ts");
  const nodeFlags = isSource ? ["--conditions=podlane-source"] : [];
  const suffix = isSource ? ".ts" : ".js";
  const program = (name: string) => [process.execPath, ...nodeFlags, join(folder, name + suffix)];
  const launcher = (name: string) => [process.execPath, join(folder, "../bin", `${name}.js`)];
  const scriptEntry = isSource
    ? join(folder, "../../pod/src/agent/script-agent/main.ts")
    : join(folder, "script-agent.js");
  return {
    pod: isSource ? program("main") : launcher("pod"),
    serve: isSource ? program("serve") : launcher("serve"),
    podRuntime: program("pod-runtime"),
    scriptEntry,
    nodeFlags,
  };
}
