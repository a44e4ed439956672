/**
 * One line of a scope: what a pod may do to a path and beneath it.
 * The algebra over rules (effective permission, subset, overlap, lend, return) lives in `scope/`.
 */
import { z } from "zod";
import { maxKeyBytes, maxScopeRules } from "./limits.ts";

/** none < read < write. */
export const Permission = z.enum(["none", "read", "write"]);
export type Permission = z.infer<typeof Permission>;

export const ScopeRule = z.object({
  effect: z.enum(["allow", "deny"]).default("allow"),
  /** Workspace-relative POSIX path; "" or "." is the workspace itself. */
  target: z.string().max(maxKeyBytes),
  /** Denying write leaves read; denying read leaves none. */
  permission: z.enum(["read", "write"]),
  /** Not recursive: the target and its direct children only. */
  recursive: z.boolean().default(true),
});
export type ScopeRule = z.infer<typeof ScopeRule>;

export const Scope = z.array(ScopeRule).max(maxScopeRules);
export type Scope = z.infer<typeof Scope>;
