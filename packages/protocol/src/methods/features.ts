/**
 * The feature registry.
 */
import { z } from "zod";
import {
  Feasibility,
  Feature,
  FeatureConflict,
  FeatureStatus,
  RegisterFeature,
  ResourceClaims,
} from "../feature.ts";
import { FeatureId } from "../ids.ts";
import { mutation, query } from "../method.ts";
import { pageLimit } from "./page.ts";

const OneFeature = z.object({ feature: Feature });

export const featureMethods = {
  /** By the same registration again: replaced. `conflict` if another holds the id. */
  "feature.register": mutation(RegisterFeature, OneFeature),
  "feature.deregister": mutation(
    z.object({
      feature: FeatureId,
      status: FeatureStatus.exclude(["active"]).default("completed"),
    }),
    OneFeature,
  ),
  "feature.get": query(z.object({ feature: FeatureId }), OneFeature),
  "feature.list": query(
    z.object({ status: FeatureStatus.default("active"), limit: pageLimit }),
    z.object({ features: z.array(Feature) }),
  ),
  /** The candidate against all active features; it need not be registered. */
  "feature.analyze": query(
    z.object({ candidateFeature: FeatureId, candidateClaims: ResourceClaims }),
    z.object({
      feasibility: Feasibility,
      totalCandidateClaims: z.int().min(0),
      totalConflictingClaims: z.int().min(0),
      conflicts: z.array(FeatureConflict),
    }),
  ),
  /** All active features against each other, with an order in which they can be done. */
  "feature.feasibility": query(
    z.object({}),
    z.object({
      feasibility: Feasibility,
      pairs: z.array(z.object({ feature: FeatureId, conflict: FeatureConflict })),
      order: z.array(FeatureId),
    }),
  ),
} as const;
