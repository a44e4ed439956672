/**
 * Scopes: what a pod holds, what it has lent, and what it may do to a path.
 */
import { z } from "zod";
import { PodId } from "../ids.ts";
import { mutation, query } from "../method.ts";
import { Permission, Scope } from "../scope-rule.ts";

const OnePod = z.object({ pod: PodId });

export const scopeMethods = {
  "scope.get": query(OnePod, z.object({ own: Scope, loans: z.array(Scope), base: Permission })),
  "scope.check": query(
    OnePod.extend({ path: z.string(), permission: z.enum(["read", "write"]) }),
    z.object({ allowed: z.boolean(), effective: Permission }),
  ),
} as const;

export const reservedScopeMethods = {
  /**
   * Gives back what an ended pod was lent, to its nearest living ancestor; what a living descendant
   * still holds stays lent. `conflict` until the process is proven gone.
   */
  "scope.return": mutation(OnePod, z.object({ to: PodId.nullable(), scope: Scope })),
} as const;
