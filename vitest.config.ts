import { defineConfig } from "vitest/config";

export default defineConfig({
  // Not "import" and "default": they reach the workers' Node too, whose require() then takes ESM.
  resolve: { conditions: ["podlane-source", "node"] },
  ssr: { resolve: { conditions: ["podlane-source", "node"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["test/postgres/global-setup.ts"],
    pool: "forks",
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
