/** Many tasks. `npm run test:large` runs two hundred, for minutes; every test run has a few. */
import { test } from "vitest";
import { verifies } from "../requirements.ts";
import { expectLargePlan } from "./large-plan.ts";

const tasks = Number(process.env["PODLANE_TEST_TASKS"] ?? 24);
const slowestTaskMs = 10_000;

test(
  verifies("R109", "R143") + "many tasks land, few turns at once, and few pods wait for theirs",
  { timeout: tasks * slowestTaskMs },
  () => expectLargePlan({ tasks, maxConcurrent: 3 }),
);
