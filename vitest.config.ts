import { defineConfig } from "vitest/config";

/** The suites: `main` needs Node alone; the others set themselves up in `scripts/suite.mjs`. */
const suites = ["browser", "spark", "duckdb", "azure", "shared"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "main",
          include: ["test/**/*.test.ts"],
          exclude: suites.map((suite) => `test/**/*.${suite}.test.ts`),
          testTimeout: 60_000,
        },
      },
      ...suites.map((suite) => ({
        test: { name: suite, include: [`test/**/*.${suite}.test.ts`], testTimeout: 900_000, hookTimeout: 900_000 },
      })),
    ],
  },
});
