/**
 * Log events about hosts. Subject: `host:<id>`.
 */
import { z } from "zod";
import { HostId } from "../ids.ts";
import { SandboxBackends } from "../sandbox-backends.ts";

export const hostLogEvents = {
  /** The machine that new pods start on; appended again only when what it offers changed. */
  "host.attached": z.object({
    hostId: HostId,
    capacity: z.int().min(1),
    labels: z.array(z.string()),
    /** Absent in older entries. */
    backends: SandboxBackends.default([]),
  }),
} as const;
