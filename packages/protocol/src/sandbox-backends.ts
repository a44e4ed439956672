/**
 * What a host can put between a pod and the machine.
 */
import { z } from "zod";
import { maxListedNames, maxTagLength } from "./limits.ts";

/** Names of mechanisms (`bubblewrap`, `podman`, …), best first; none: no pod is sandboxed. */
export const SandboxBackends = z.array(z.string().max(maxTagLength)).max(maxListedNames);
export type SandboxBackends = z.infer<typeof SandboxBackends>;
