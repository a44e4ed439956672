import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["podlane-source", "node", "import", "default"] },
  ssr: { resolve: { conditions: ["podlane-source", "node", "import", "default"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    pool: "forks",
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
